"""What is known: tables read and checked, announced facts, where each number came from."""
