"""The texts themselves: key or column, then English and Azerbaijani. No logic lives here."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    # small words
    "yes": ("yes", "bəli"),
    "no": ("no", "xeyr"),
    "language_name": ("English", "Azərbaycanca"),
    "kind.published": ("Published", "Dərc olunmuş"),
    "kind.observed": ("Observed", "Müşahidə olunmuş"),
    "kind.synthetic": ("Synthetic", "Süni"),
    "kind.published.means": (
        "figures announced in public sources, each with its source",
        "açıq mənbələrdə elan edilmiş rəqəmlər, hər biri öz mənbəyi ilə",
    ),
    "kind.observed.means": (
        "scores computed here from real assessments",
        "real qiymətləndirmələr əsasında burada hesablanmış ballar",
    ),
    "kind.synthetic.means": (
        "scores of invented bodies, made to test the method",
        "metodun yoxlanılması üçün uydurulmuş qurumların balları",
    ),
    "foot": ("{kind} data. Source: {source}. {count}", "{kind} məlumat. Mənbə: {source}. {count}"),
    "foot.bodies": ("Bodies: {n}.", "Qurumların sayı: {n}."),
    "foot.services": ("Services: {n}.", "Xidmətlərin sayı: {n}."),
    "foot.scores": ("Scores: {n}, bodies: {bodies}.", "Ballar: {n}, qurumlar: {bodies}."),
    "foot.editions": (
        "Editions with published coverage: {n} of {all}.",
        "Əhatəsi dərc olunmuş mərhələlər: {n}/{all}.",
    ),
    # pages
    "page.title": ("ASAN service index {label}", "“ASAN xidmət indeksi” {label}"),
    "page.lead": (
        "What was announced for the edition {label}, and what the open data of {dataset} say.",
        "{label} mərhələsi üzrə nə elan edilib və “{dataset}” açıq məlumatları nə göstərir.",
    ),
    "page.kinds": ("How to read this page", "Bu səhifəni necə oxumalı"),
    "page.kinds.text": (
        "Each section says what its figures rest on. Kinds are never mixed.",
        "Hər bölmədə rəqəmlərin nəyə əsaslandığı göstərilir. Məlumat növləri qarışdırılmır.",
    ),
    "page.contents": ("Contents", "Mündəricat"),
    "page.chapters": ("Chapters", "Fəsillər"),
    "page.chapters.text": (
        "Each chapter is a notebook with its code, tables and checks (in English).",
        "Hər fəsil kodu, cədvəlləri və yoxlamaları olan ayrıca dəftərdir (ingilis dilində).",
    ),
    "page.files": ("Data behind this page", "Səhifənin əsaslandığı məlumatlar"),
    "page.files.text": (
        "Every table as CSV at full precision; codebook.csv explains each column.",
        "Bütün cədvəllər tam dəqiqliklə CSV formatında; codebook.csv hər sütunu izah edir.",
    ),
    "page.cite": ("How to cite", "Necə istinad etməli"),
    "page.cite.text": (
        "ASAN Analysis {version}: report of edition {label}, dataset {dataset}, source {digest}.",
        "ASAN Analysis {version}: {label} mərhələsinin hesabatı, məlumat {dataset}, "
        "mənbə {digest}.",
    ),
    "page.data_from": ("Data of {dataset}: {citation}", "“{dataset}” məlumatları: {citation}"),
    "page.licence": ("Licence of the data: {licence}.", "Məlumatların lisenziyası: {licence}."),
    "page.back": ("Report", "Hesabat"),
    "page.code": ("Code", "Kod"),
    "page.draft": (
        "Draft: not for publication",
        "Layihə: dərc üçün nəzərdə tutulmayıb",
    ),
    "page.no_rows": ("Nothing to show for this edition.", "Bu mərhələ üzrə məlumat yoxdur."),
    "page.more_rows": (
        "{shown} of {all} rows shown; all rows in {file}.",
        "{all} sətirdən {shown} göstərilib; bütün sətirlər {file} faylındadır.",
    ),
    "page.download": ("Download: {files}", "Yüklə: {files}"),
    "page.place": ("place", "yer"),
    "page.score_not_printed": ("score not published", "bal dərc olunmayıb"),
    "page.source": ("source", "mənbə"),
    # workbook
    "workbook.file": (
        "All tables as one Excel workbook",
        "Bütün cədvəllər bir Excel faylında",
    ),
    "workbook.about": (
        "Edition: {label}. Dataset: {dataset}.",
        "Mərhələ: {label}. Məlumat: {dataset}.",
    ),
    "workbook.how": ("How to read this workbook", "Bu faylı necə oxumalı"),
    "workbook.how.text": (
        "Each sheet holds one table with all its rows. The colour of its tab says what the figures "
        "rest on; kinds are never mixed. An empty cell is a missing figure, never zero. Figures "
        "show rounded; the cells keep every digit.",
        "Hər vərəqdə bütün sətirləri ilə bir cədvəl verilir. Vərəqin rəngi rəqəmlərin nəyə "
        "əsaslandığını göstərir; məlumat növləri qarışdırılmır. Boş xana rəqəmin olmadığını "
        "bildirir, sıfır demək deyil. Rəqəmlər yuvarlaqlaşdırılmış görünür, xanalarda isə tam "
        "saxlanılır.",
    ),
    "workbook.sheets": ("Sheets", "Vərəqlər"),
    "workbook.sheet": ("Sheet", "Vərəq"),
    "workbook.title": ("What it holds", "Məzmunu"),
    "workbook.kind": ("Kind", "Məlumat növü"),
    "workbook.rows": ("Rows", "Sətir sayı"),
    "workbook.source": ("Source", "Mənbə"),
    "workbook.chapter": ("Chapter", "Fəsil (ingilis dilində)"),
    "workbook.file_name": ("File", "Fayl"),
    "workbook.files": ("Tables that are only files", "Yalnız fayl kimi verilən cədvəllər"),
    "workbook.files.text": (
        "These tables are not shown in the report. They lie beside this workbook as CSV files at "
        "full precision.",
        "Bu cədvəllər hesabatda göstərilmir. Onlar bu faylın yanında, tam dəqiqliklə CSV "
        "formatında saxlanılır.",
    ),
    "workbook.codebook": (
        "what each column of each table says",
        "hər cədvəlin hər sütununun izahı (ingilis dilində)",
    ),
    "workbook.code": ("{column}: code", "{column}: kod"),
    "workbook.source_line": ("Source: {source}.", "Mənbə: {source}."),
    "workbook.own_list": ("list kept by this project", "bu layihənin tərtib etdiyi siyahı"),
    "workbook.all_rows": (
        "All {all} rows are here; the report shows {shown}.",
        "Burada bütün {all} sətir verilir; hesabatda {shown} sətir göstərilir.",
    ),
    "workbook.cut": (
        " … [cut here; the whole text is in {file}]",
        " … [burada kəsilib; tam mətn {file} faylındadır]",
    ),
    # sections
    "section.announced": ("Announced results", "Elan edilmiş nəticələr"),
    "section.data": ("{dataset}: what was assessed", "{dataset}: nə qiymətləndirilib"),
    "section.results": ("{dataset}: results", "{dataset}: nəticələr"),
    "section.agreement": (
        "{dataset}: agreement with the published figures",
        "{dataset}: dərc olunmuş rəqəmlərlə uyğunluq",
    ),
    # announced
    "announced.facts.services": ("services evaluated", "xidmət qiymətləndirilib"),
    "announced.facts.organisations": ("bodies", "qurum"),
    "announced.facts.categories": ("categories", "kateqoriya"),
    "announced.facts.places": ("bodies awarded", "mükafatlandırılan qurum"),
    "announced_places.title": ("Places announced, {label}", "Elan edilmiş yerlər, {label}"),
    "announced_places.caption": (
        "Places within each category. Scores stand where a public source prints one.",
        "Hər kateqoriya üzrə yerlər. Bal yalnız açıq mənbədə dərc olunubsa göstərilir.",
    ),
    "announced_coverage.title": (
        "Bodies and services evaluated, {label}",
        "Qiymətləndirilmiş qurum və xidmətlər, {label}",
    ),
    "announced_coverage.caption": (
        "As printed by the source of each row. The total of bodies is printed by no source and is "
        "left empty.",
        "Rəqəmlər hər sətrin mənbəyində dərc olunduğu kimidir. Qurumların ümumi sayı heç bir "
        "mənbədə dərc olunmadığı üçün boş saxlanılıb.",
    ),
    "coverage_by_edition.title": (
        "Services evaluated by category and edition",
        "Kateqoriya və mərhələ üzrə qiymətləndirilmiş xidmətlər",
    ),
    "coverage_by_edition.caption": (
        "Coverage moves from {low} to {high} services, so totals of editions are not compared as "
        "if the field were the same. {missing} of {editions} editions have no published coverage. "
        "A star marks an edition for which sources disagree.",
        "Əhatə {low} ilə {high} xidmət arasında dəyişir, ona görə mərhələlər eyni tərkib kimi "
        "müqayisə edilmir. {editions} mərhələdən {missing} mərhələnin əhatəsi dərc olunmayıb. "
        "Ulduz mənbələrin fərqləndiyi mərhələni göstərir.",
    ),
    "coverage_by_edition.alt": (
        "Stacked bars of services evaluated in each edition, by category. {series}",
        "Hər mərhələdə qiymətləndirilmiş xidmətlər kateqoriya üzrə sütunlarla. {series}",
    ),
    "chart.services": ("services", "xidmət"),
    "chart.not_published": ("not\npublished", "dərc\nolunmayıb"),
    "chart.edition_uncertain": ("edition\nnot certain", "mərhələ\ndəqiq deyil"),
    "chart.score": ("score, percent", "bal, faiz"),
    "chart.score_axis": ("score (0 to 100)", "bal (0–100)"),
    "chart.share_answers": ("share of services, percent", "xidmətlərin payı, faiz"),
    "chart.place": ("place {rank}", "{rank}-ci yer"),
    "printed_scores.title": (
        "Scores that public sources print, by edition",
        "Açıq mənbələrdə dərc olunmuş ballar, mərhələlər üzrə",
    ),
    "printed_scores.caption": (
        "Scores were found for {bodies} bodies only. Lines join neighbouring editions; the field "
        "and its coverage change between them. The score {unplaced} has no certain edition and is "
        "not placed.",
        "Ballar yalnız {bodies} qurum üçün tapılıb. Xətlər yalnız qonşu mərhələləri birləşdirir; "
        "tərkib və əhatə dəyişir. {unplaced} balının mərhələsi dəqiq olmadığı üçün sıraya "
        "qoyulmayıb.",
    ),
    "printed_scores.alt": (
        "Line chart of printed scores. {series}",
        "Dərc olunmuş balların xətti qrafiki. {series}",
    ),
    "announced_scores.title": ("Printed scores and places", "Dərc olunmuş ballar və yerlər"),
    "announced_scores.caption": (
        "Every score seen in a public source, with the place printed beside it.",
        "Açıq mənbələrdə görülmüş bütün ballar və yanında dərc olunmuş yerlər.",
    ),
    "conflicts.title": ("Where public sources disagree", "Açıq mənbələrin fərqləndiyi məqamlar"),
    "conflicts.caption": (
        "All values stay in the data. Where one is used, it is the value that most sources print.",
        "Bütün qiymətlər məlumatda saxlanılır. İstifadə edilən qiymət ən çox mənbədə dərc "
        "olunandır.",
    ),
    "not_published.title": ("What is not published", "Nə dərc olunmayıb"),
    "not_published.caption": (
        "{n} unknowns of the method, what this project does in each case, and why.",
        "Metod üzrə {n} naməlum məqam, bu layihədə qəbul edilən həll və səbəbi.",
    ),
    "fact.place": ("place", "yer"),
    "fact.score": ("score", "bal"),
    "fact.rank_scope": ("field in which the place was taken", "yerin tutulduğu sahə"),
    "fact.services": ("services evaluated", "qiymətləndirilmiş xidmətlər"),
    "fact.organisations": ("bodies evaluated", "qiymətləndirilmiş qurumlar"),
    "fact.edition": ("edition of a printed score", "dərc olunmuş balın mərhələsi"),
    "fact.planned announcement of results": (
        "planned announcement of results",
        "nəticələrin planlaşdırılan elanı",
    ),
    "fact.central and local": ("central and local bodies", "mərkəzi və yerli qurumlar"),
    "fact.state bodies": ("state bodies", "dövlət qurumları"),
    "fact.mid-2017": ("mid-2017", "2017-ci ilin ortası"),
    "fact.end of September": ("end of September", "sentyabrın sonu"),
    "fact.September": ("September", "sentyabr"),
    "choice.illustrative": ("illustrative set", "nümunəvi siyahı"),
    "choice.none": ("none", "yoxdur"),
    "choice.arithmetic": ("arithmetic mean", "ədədi orta"),
    "choice.mean": ("plain mean", "sadə orta"),
    "choice.exclude": ("left out", "çıxarılır"),
    "choice.zero": ("zero", "sıfır"),
    "choice.min": ("better place shared", "yaxşı yer bölüşülür"),
    "choice.beside": ("stand beside", "yanında saxlanılır"),
    "choice.evidence": ("kind of evidence", "sübut növü"),
    "choice.listed": ("listed", "sadalanır"),
    "choice.one_per_body": ("one per body", "hər qurum üzrə ayrıca"),
    "choice.two": ("at least two", "ən azı iki"),
    "choice.september": ("September", "sentyabr"),
    "choice.kept": ("kept, not scored", "saxlanılır, bal verilmir"),
    "choice.three": ("three", "üç"),
    "choice.per_edition": ("per edition", "hər mərhələ üzrə"),
    "choice.unused": ("not used", "istifadə olunmur"),
    "choice.cited": ("cited per figure", "hər rəqəmin mənbəyi"),
    # dataset
    "data.facts.organisations": ("organisations", "təşkilat"),
    "data.facts.services": ("services", "xidmət"),
    "data.facts.items": ("items", "göstərici"),
    "data.facts.scored": ("of answers scored", "cavablar üzrə bal var"),
    "coverage_by_category.title": (
        "Coverage by category, {label}",
        "Kateqoriya üzrə əhatə, {label}",
    ),
    "coverage_by_category.caption": (
        "An answer is one item of one service. Not applicable and not answered are kept apart and "
        "neither is zero.",
        "Cavab bir xidmətin bir göstəricisidir. “Tətbiq olunmur” və “cavab verilməyib” ayrıca "
        "saxlanılır və heç biri sıfır deyil.",
    ),
    "answers_by_item.title": ("Answers by item, {label}", "Göstəricilər üzrə cavablar, {label}"),
    "answers_by_item.caption": (
        "{complete} of {items} items are scored for every service; the item with the fewest scores "
        "is {least} ({share}).",
        "{items} göstəricidən {complete} göstərici bütün xidmətlər üzrə ballaşdırılıb; ən az balı "
        "olan göstərici: {least} ({share}).",
    ),
    "answers_by_item.alt": (
        "Horizontal bars of the share of services scored, not applicable and not answered for each "
        "item. {series}",
        "Hər göstərici üzrə ballaşdırılmış, tətbiq olunmayan və cavabsız xidmətlərin payı. "
        "{series}",
    ),
    "status.scored": ("scored", "bal verilib"),
    "status.not_applicable": ("not applicable", "tətbiq olunmur"),
    "status.not_answered": ("not answered", "cavab verilməyib"),
    # results
    "results.sentence": (
        "{first} comes first with {score} ({n} ranked); the last of them has {last}. The mean of "
        "all is {mean}.",
        "{first} {score} balla birincidir ({n} təşkilat sıralanıb); sonuncunun balı {last}. "
        "Ümumi orta bal {mean}.",
    ),
    "results.sentence.nothing": (
        "No organisation has a score.",
        "Heç bir təşkilatın balı yoxdur.",
    ),
    "ranking.title": ("Overall score, {label}", "Ümumi bal, {label}"),
    "ranking.caption": (
        "Places over all {n}. Ranks rest on unrounded scores; “=” marks a shared place.",
        "{n} təşkilat üzrə yerlər. Sıralama yuvarlaqlaşdırılmamış ballara əsaslanır; “=” bölünmüş "
        "yeri göstərir.",
    ),
    "ranking.alt": (
        "Bar chart of the overall score of each organisation, highest first. {series}",
        "Hər təşkilatın ümumi balı, ən yüksəkdən başlayaraq. {series}",
    ),
    "parameters.title": (
        "Score by part of the index, {label}",
        "İndeksin hissələri üzrə bal, {label}",
    ),
    "parameters.caption": (
        "Dots: mean of the organisations of a category. Lines: lowest to highest. The lowest mean "
        "over all is {weakest} ({score}).",
        "Nöqtələr: kateqoriya üzrə təşkilatların ortası. Xətlər: ən aşağıdan ən yüksəyə. Ümumi "
        "ortası ən aşağı olan: {weakest} ({score}).",
    ),
    "parameters.alt": (
        "Mean score and range of each category for each part of the index. {series}",
        "İndeksin hər hissəsi üzrə kateqoriyaların orta balı və aralığı. {series}",
    ),
    "organisation_scores.title": ("Scores and places, {label}", "Ballar və yerlər, {label}"),
    "organisation_scores.caption": (
        "Place in the category and over all, beside the score and the number ranked.",
        "Kateqoriya üzrə və ümumi yer, bal və sıralananların sayı.",
    ),
    "category_scores.title": (
        "Mean by category and part, {label}",
        "Kateqoriya və hissə üzrə orta bal, {label}",
    ),
    "category_scores.caption": (
        "Plain mean over the organisations of a category that have a score.",
        "Kateqoriyanın balı olan təşkilatları üzrə sadə orta.",
    ),
    "contributions.title": (
        "Points that each part contributes, {label}",
        "Hər hissənin bala töhfəsi, {label}",
    ),
    "contributions.caption": (
        "Points of the overall score; the parts of an organisation add up to its score.",
        "Ümumi balın payları; təşkilatın hissələri birlikdə onun balını verir.",
    ),
    # agreement
    "agreement.sentence": (
        "{ranks} of {ranks_all} announced ranks and {scores} of {scores_all} announced scores are "
        "reproduced.",
        "Elan edilmiş {ranks_all} yerdən {ranks}, elan edilmiş {scores_all} baldan {scores} "
        "eynilə alınıb.",
    ),
    "agreement.sentence.nothing": (
        "The publisher announced no figures for this dataset, so nothing can be compared.",
        "Bu məlumat üzrə elan edilmiş rəqəm yoxdur, ona görə müqayisə aparılmır.",
    ),
    "reconciliation_summary.title": (
        "Announced and recomputed figures",
        "Elan edilmiş və yenidən hesablanmış rəqəmlər",
    ),
    "reconciliation_summary.caption": (
        "A score agrees within half a unit of its announced last decimal, a rank when it is the "
        "same place.",
        "Bal elan edilmiş son onluq işarənin yarısı daxilində, yer isə eyni olduqda uyğun sayılır.",
    ),
    "reconciliation.title": (
        "Figure by figure: the overall scores and ranks",
        "Rəqəm-rəqəm: ümumi ballar və yerlər",
    ),
    "reconciliation.caption": (
        "Announced by the publisher, recomputed here from the items. All figures in the CSV file.",
        "Nəşr edən elan edib, burada göstəricilərdən yenidən hesablanıb. Bütün rəqəmlər CSV "
        "faylındadır.",
    ),
    "level.service": ("service", "xidmət"),
    "level.organisation": ("organisation", "təşkilat"),
    "level.category": ("category", "kateqoriya"),
    "figure.score": ("score", "bal"),
    "figure.rank": ("rank", "yer"),
}

COLUMNS: dict[str, tuple[str, str]] = {
    "edition_year": ("Edition", "Mərhələ"),
    "category": ("Category", "Kateqoriya"),
    "organisation_id": ("Organisation", "Qurum"),
    "service_id": ("Service", "Xidmət"),
    "item_id": ("Item", "Göstərici"),
    "node_id": ("Part", "Hissə"),
    "organisations": ("Bodies", "Qurumlar"),
    "services": ("Services", "Xidmətlər"),
    "sources": ("Sources", "Mənbə sayı"),
    "conflict": ("Sources disagree", "Mənbələr fərqlənir"),
    "source_url": ("Source", "Mənbə"),
    "score_source_url": ("Source of the score", "Balın mənbəyi"),
    "rank": ("Place", "Yer"),
    "ranked": ("of", "cəmi"),
    "rank_all": ("Place over all", "Ümumi yer"),
    "ranked_all": ("of", "cəmi"),
    "score_percent": ("Score", "Bal"),
    "printed_cycle": ("Edition as printed", "Mərhələ (dərc olunduğu kimi)"),
    "possible_editions": ("Possible editions", "Mümkün mərhələlər"),
    "what": ("Fact", "Fakt"),
    "about": ("About", "Nəyin"),
    "value": ("Value", "Qiymət"),
    "picked": ("Used here", "İstifadə olunur"),
    "unknown": ("No", "№"),
    "why": ("What is unknown, and why this choice", "Nə məlum deyil və seçimin səbəbi"),
    "scored": ("Scored", "Bal verilib"),
    "not_applicable": ("Not applicable", "Tətbiq olunmur"),
    "not_answered": ("Not answered", "Cavab verilməyib"),
    "share_scored": ("Share scored", "Bal verilənlərin payı"),
    "lowest": ("Lowest", "Ən aşağı"),
    "highest": ("Highest", "Ən yüksək"),
    "contribution": ("Points", "Pay"),
    "weight": ("Weight", "Çəki"),
    "weight_used": ("Weight used", "İstifadə olunan çəki"),
    "weight_redistributed": ("Weight redistributed", "Yenidən bölünmüş çəki"),
    "level": ("Level", "Səviyyə"),
    "unit_id": ("Unit", "Vahid"),
    "scope": ("Scope", "Əhatə"),
    "figure": ("Figure", "Rəqəm"),
    "figures": ("Announced", "Elan edilib"),
    "agreeing": ("Agreeing", "Uyğundur"),
    "not_computed": ("Not computed", "Hesablanmayıb"),
    "largest_difference": ("Largest difference", "Ən böyük fərq"),
    "announced": ("Announced", "Elan edilib"),
    "computed": ("Recomputed", "Hesablanıb"),
    "difference": ("Difference", "Fərq"),
    "agrees": ("Agrees", "Uyğundur"),
    "assumption_id": ("Assumption", "Fərziyyə"),
    "all": ("All", "Cəmi"),
}

CATEGORY_NAMES: dict[str, tuple[str, str]] = {
    "central": ("Central executive bodies", "Mərkəzi icra hakimiyyəti orqanları"),
    "local": ("Local executive bodies", "Yerli icra hakimiyyəti orqanları"),
    "legal_entity": ("Legal entities", "Hüquqi şəxslər"),
    "all": ("All", "Cəmi"),
}
