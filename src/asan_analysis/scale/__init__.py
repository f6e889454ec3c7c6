"""Datasets of millions of services: scored part by part, on one machine or on a cluster."""
