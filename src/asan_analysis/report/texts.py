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
    "chart.share_answers": ("share of answers, percent", "cavabların payı, faiz"),
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
        "Services by the state of their answer, item by item.",
        "Hər göstərici üzrə xidmətlərin sayı, cavabın vəziyyətinə görə.",
    ),
    "answers_by_part.title": (
        "Answers by part of the index, {label}",
        "İndeksin hissələri üzrə cavablar, {label}",
    ),
    "answers_by_part.caption": (
        "{complete} of {parts} parts are scored for every service; the part with the smallest share "
        "of scores is “{least}” ({share}).",
        "{parts} hissədən {complete} hissə bütün xidmətlər üzrə ballaşdırılıb; bal payı ən az olan "
        "hissə: “{least}” ({share}).",
    ),
    "answers_by_part.alt": (
        "Horizontal bars of the share of answers scored, not applicable and not answered for each "
        "part of the index. {series}",
        "İndeksin hər hissəsi üzrə ballaşdırılmış, tətbiq olunmayan və cavabsız cavabların payı. "
        "{series}",
    ),
    "foot.answers": ("Answers: {n}.", "Cavabların sayı: {n}."),
    "status.scored": ("scored", "bal verilib"),
    "status.not_applicable": ("not applicable", "tətbiq olunmur"),
    "status.not_answered": ("not answered", "cavab verilməyib"),
    # results
    "results.sentence": (
        "{firsts} The mean of all {n} is {mean}.",
        "{firsts} Bütün {n} qurumun orta balı {mean}.",
    ),
    "results.sentence.nothing": (
        "No organisation has a score.",
        "Heç bir təşkilatın balı yoxdur.",
    ),
    "ranking.title": ("Overall score, {label}", "Ümumi bal, {label}"),
    "ranking.caption": (
        "Before each name its place in the category. Ranks rest on unrounded scores; “=” marks a "
        "shared place.",
        "Hər adın yanında kateqoriyadakı yeri. Sıralama yuvarlaqlaşdırılmamış ballara əsaslanır; "
        "“=” bölünmüş yeri göstərir.",
    ),
    "ranking.alt": (
        "Bar chart of the overall score of each organisation by category, highest first. {series}",
        "Hər qurumun ümumi balı kateqoriya üzrə, ən yüksəkdən başlayaraq. {series}",
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
    # categories
    "none": ("none", "yoxdur"),
    "foot.all_editions": ("Editions: {n}.", "Mərhələlərin sayı: {n}."),
    "foot.one_body": ("One organisation and its category.", "Bir qurum və onun kateqoriyası."),
    "section.breakdown": ("{dataset}: categories", "{dataset}: kateqoriyalar"),
    "section.trends": ("{dataset}: editions compared", "{dataset}: mərhələlərin müqayisəsi"),
    "section.profile": ("{dataset}: one organisation", "{dataset}: bir qurum"),
    "results.first": (
        "{category}: {body} comes first with {score} ({ranked} ranked).",
        "{category}: birinci {body}, bal {score} ({ranked} qurum sıralanıb).",
    ),
    "category_spread.sentence": (
        "The median score is highest among {first} ({first_median}) and lowest among {last} "
        "({last_median}). Scores spread most among {wide}: from {lowest} to {highest}.",
        "Median bal ən yüksək “{first}” ({first_median}), ən aşağı “{last}” ({last_median}) "
        "kateqoriyasındadır. Ballar ən çox “{wide}” üzrə fərqlənir: {lowest} – {highest}.",
    ),
    "category_spread.sentence.nothing": (
        "No organisation has a score.",
        "Heç bir qurumun balı yoxdur.",
    ),
    "category_spread.title": (
        "Spread of scores by category, {label}",
        "Kateqoriya üzrə balların yayılması, {label}",
    ),
    "category_spread.caption": (
        "Over organisations with a score. A quarter of them lie below the first quartile and a "
        "quarter above the third.",
        "Balı olan qurumlar üzrə. Onların dörddə biri birinci kvartildən aşağı, dörddə biri üçüncü "
        "kvartildən yuxarıdır.",
    ),
    "spread.title": (
        "Organisations by score and category, {label}",
        "Qurumlar bal və kateqoriya üzrə, {label}",
    ),
    "spread.caption": (
        "One dot is one organisation; the stroke is the median of its category. The first and the "
        "last are named.",
        "Hər nöqtə bir qurumdur; xətt kateqoriyanın medianıdır. Birinci və sonuncu qurum "
        "adlandırılıb.",
    ),
    "spread.alt": (
        "Dots of the scores of all organisations by category. {series}",
        "Bütün qurumların balları kateqoriya üzrə nöqtələrlə. {series}",
    ),
    "category_parts.sentence": (
        "The categories differ most at “{node}”: {first} {high}, {last} {low}.",
        "Kateqoriyalar ən çox “{node}” üzrə fərqlənir: “{first}” {high}, “{last}” {low}.",
    ),
    "category_parts.sentence.nothing": ("There are no scores.", "Ballar yoxdur."),
    "category_parts.title": (
        "Mean score by part of the index and category, {label}",
        "İndeksin hissələri və kateqoriyalar üzrə orta bal, {label}",
    ),
    "category_parts.caption": (
        "Plain mean over the organisations that have a score at the part. Darker is higher.",
        "Həmin hissə üzrə balı olan qurumların sadə ortası. Tünd rəng yüksək bal deməkdir.",
    ),
    "category_parts.alt": (
        "Grid of mean scores, a row for each part of the index and a column for each category. "
        "{series}",
        "Orta balların cədvəli: sətirlər indeksin hissələri, sütunlar kateqoriyalardır. {series}",
    ),
    "organisation_parts.title": (
        "Scores of each organisation by part of the index, {label}",
        "Hər qurumun indeksin hissələri üzrə balları, {label}",
    ),
    "organisation_parts.caption": (
        "Organisations by place in their category. Darker is higher; a dash has no score.",
        "Qurumlar kateqoriyadakı yerinə görə. Tünd rəng yüksək bal deməkdir; tire bal olmadığını "
        "göstərir.",
    ),
    "organisation_parts.alt": (
        "Grid of the scores of {n} organisations at {nodes} nodes of the index; every value stands "
        "in organisation_parts.csv.",
        "{n} qurumun indeksin {nodes} qovşağı üzrə ballarının cədvəli; bütün qiymətlər "
        "organisation_parts.csv faylındadır.",
    ),
    "lowest_services.title": (
        "The {n} services with the lowest scores, {label}",
        "Balı ən aşağı olan {n} xidmət, {label}",
    ),
    "lowest_services.caption": (
        "Under each service the organisation that gives it. All services in services_by_score.csv.",
        "Hər xidmətin altında onu göstərən qurum. Bütün xidmətlər services_by_score.csv faylındadır.",
    ),
    "lowest_services.alt": (
        "Bar chart of the {n} lowest scores of services. {series}",
        "Xidmətlərin ən aşağı {n} balı. {series}",
    ),
    "services_by_score.title": ("Services by score, {label}", "Xidmətlər bal üzrə, {label}"),
    "services_by_score.caption": (
        "All services, the lowest first.",
        "Bütün xidmətlər, ən aşağı baldan başlayaraq.",
    ),
    # trends
    "chart.not_comparable": ("not comparable", "müqayisə olunmur"),
    "chart.category_mean": ("mean of the category", "kateqoriyanın ortası"),
    "chart.category_range": ("range of the category", "kateqoriyanın aralığı"),
    "chart.organisation": ("this organisation", "bu qurum"),
    "chart.place_of": ("place {rank} of {ranked}", "yer: {rank}/{ranked}"),
    "editions_shared.sentence": (
        "{comparable} of {steps} steps between neighbouring editions can be compared. The method "
        "changed before: {changed}.",
        "Qonşu mərhələlər arasındakı {steps} keçiddən {comparable} keçid müqayisə oluna bilər. "
        "Metodun dəyişdiyi mərhələ: {changed}.",
    ),
    "editions_shared.sentence.nothing": (
        "The dataset has one edition, so nothing can be compared over time. It would take a second "
        "edition with the same services.",
        "Məlumatda yalnız bir mərhələ var, ona görə zaman üzrə müqayisə mümkün deyil. Bunun üçün "
        "eyni xidmətləri əhatə edən ikinci mərhələ lazımdır.",
    ),
    "editions_shared.title": ("What the editions share", "Mərhələlərin ortaq cəhətləri"),
    "editions_shared.caption": (
        "Shared: in the edition and in the one before it. Comparable: the same framework and rules, "
        "and at least half of the services of either edition in both.",
        "Ortaq: həm mərhələdə, həm də ondan əvvəlkində olanlar. Müqayisə olunan: eyni çərçivə və "
        "qaydalar, hər iki mərhələnin xidmətlərinin ən azı yarısı ortaqdır.",
    ),
    "editions.title": (
        "Mean score of each category over the editions",
        "Mərhələlər üzrə kateqoriyaların orta balı",
    ),
    "editions.caption": (
        "Plain mean over organisations, each edition under its own method. A dashed line marks a "
        "step that cannot be compared.",
        "Qurumlar üzrə sadə orta, hər mərhələ öz metodu ilə. Qırıq xətt müqayisə olunmayan keçidi "
        "göstərir.",
    ),
    "editions.alt": (
        "Line chart of the mean score of each category over the editions. {series}",
        "Kateqoriyaların orta balının mərhələlər üzrə qrafiki. {series}",
    ),
    "category_editions.title": (
        "Mean score by edition and category",
        "Mərhələ və kateqoriya üzrə orta bal",
    ),
    "category_editions.caption": (
        "Each edition under its own method.",
        "Hər mərhələ öz metodu ilə.",
    ),
    "items_shared.sentence": (
        "Of {items} items {same} ask the same as in the edition compared with, {renamed} were "
        "renamed, {merged} join several former ones and {added} are new; {dropped} were dropped. "
        "Items of both carry {weight} of the weight.",
        "{items} göstəricidən {same} göstərici müqayisə edilən mərhələdəki ilə eynidir, {renamed} "
        "adlandırılması dəyişib, {merged} bir neçəsini birləşdirir, {added} yenidir; {dropped} "
        "çıxarılıb. Ortaq göstəricilərin çəkisi {weight} təşkil edir.",
    ),
    "items_shared.sentence.nothing": (
        "There is no earlier edition to compare with.",
        "Müqayisə üçün əvvəlki mərhələ yoxdur.",
    ),
    "items_shared.title": (
        "Items that do not ask the same as before",
        "Əvvəlki ilə eyni olmayan göstəricilər",
    ),
    "items_shared.caption": (
        "Renamed, merged, added and dropped items, with their weight in the whole.",
        "Adı dəyişmiş, birləşdirilmiş, əlavə edilmiş və çıxarılmış göstəricilər, ümumi çəkisi ilə.",
    ),
    "like_for_like.sentence": (
        "Since {baseline} the mean of all organisations moved from {before} to {after} ({change} "
        "points). For the {services} services of both editions, under the {items} items that ask "
        "the same, it moved by {alike} points.",
        "{baseline} mərhələsindən bəri bütün qurumların orta balı {before} səviyyəsindən {after} "
        "səviyyəsinə dəyişib ({change} bal). Hər iki mərhələdə olan {services} xidmət üzrə, eyni "
        "qalan {items} göstərici ilə dəyişmə {alike} baldır.",
    ),
    "like_for_like.sentence.nothing": (
        "There is no earlier edition to compare with.",
        "Müqayisə üçün əvvəlki mərhələ yoxdur.",
    ),
    "like_for_like.title": ("Change of the mean, like for like", "Orta balın müqayisəli dəyişməsi"),
    "like_for_like.caption": (
        "Plain mean over organisations. Each basis is more alike than the one above it; the last "
        "uses the later weights and rules for both editions.",
        "Qurumlar üzrə sadə orta. Hər əsas yuxarıdakından daha müqayisəlidir; sonuncuda hər iki "
        "mərhələyə sonrakı çəkilər və qaydalar tətbiq olunur.",
    ),
    "basis.everything": ("everything", "hamısı"),
    "basis.same_organisations": ("same organisations", "eyni qurumlar"),
    "basis.same_services": ("same services", "eyni xidmətlər"),
    "basis.same_items": ("same services and items", "eyni xidmət və göstəricilər"),
    "state.same": ("the same", "eyni"),
    "state.renamed": ("renamed", "adı dəyişib"),
    "state.added": ("new", "yeni"),
    "state.dropped": ("dropped", "çıxarılıb"),
    "state.both": ("in both editions", "hər iki mərhələdə"),
    "state.entered": ("entered", "əlavə olunub"),
    "state.left": ("left", "çıxıb"),
    "state.merged": ("merged", "birləşib"),
    "moves.sentence": (
        "Since {baseline} the score rose for {up} and fell for {down} of {both} organisations; most "
        "for {most} ({most_change}) and least for {least} ({least_change}). Entered: {entered}; "
        "left: {left}; merged into another: {merged}.",
        "{baseline} mərhələsindən bəri {both} qurumdan {up} qurumun balı artıb, {down} qurumun balı "
        "azalıb; ən çox dəyişən: {most} ({most_change}), ən az: {least} ({least_change}). Əlavə "
        "olunub: {entered}; çıxıb: {left}; başqası ilə birləşib: {merged}.",
    ),
    "moves.sentence.nothing": (
        "There is no earlier edition to compare with.",
        "Müqayisə üçün əvvəlki mərhələ yoxdur.",
    ),
    "moves.title": (
        "Change of each organisation's score, {baseline} to {label}",
        "Hər qurumun balının dəyişməsi, {baseline} – {label}",
    ),
    "moves.caption": (
        "Hollow dot: score in {baseline}; full dot: in {label}; change in points at the right. Each "
        "edition under its own method.",
        "İçi boş nöqtə: {baseline} üzrə bal; dolu nöqtə: {label} üzrə; sağda dəyişmə balla. Hər "
        "mərhələ öz metodu ilə.",
    ),
    "moves.alt": (
        "Scores of {both} organisations in two editions, joined by lines. Changes: {series}",
        "{both} qurumun iki mərhələdəki balları xətlərlə birləşdirilib. Dəyişmələr: {series}",
    ),
    "organisation_changes.title": (
        "Scores and places in both editions",
        "Hər iki mərhələdə ballar və yerlər",
    ),
    "organisation_changes.caption": (
        "Places are within the category; a rise of places is positive. A place can rise while the "
        "score falls, when the field changes.",
        "Yerlər kateqoriya daxilindədir; yerin yüksəlməsi müsbət işarə ilə göstərilir. Tərkib "
        "dəyişdikdə bal azalsa da, yer yüksələ bilər.",
    ),
    # one organisation
    "profile_history.sentence": (
        "{body} scores {score} over {services} services: place {rank} of {ranked} in its category "
        "({category}), whose mean is {mean}.",
        "{body}: {services} xidmət üzrə bal {score}, kateqoriyada ({category}) yer {rank}/{ranked}; "
        "kateqoriyanın ortası {mean}.",
    ),
    "profile_history.sentence.nothing": (
        "The organisation has no score in this edition.",
        "Bu mərhələdə qurumun balı yoxdur.",
    ),
    "profile_history.title": (
        "{body}: score and place over the editions",
        "{body}: mərhələlər üzrə bal və yer",
    ),
    "profile_history.caption": (
        "Grey: the mean of the category. A dashed line marks a step that cannot be compared.",
        "Boz: kateqoriyanın ortası. Qırıq xətt müqayisə olunmayan keçidi göstərir.",
    ),
    "profile_history.alt": (
        "Line chart of the scores of {body}: {series}",
        "Qurumun ({body}) balları: {series}",
    ),
    "profile_editions.title": ("Score and place by edition", "Mərhələlər üzrə bal və yer"),
    "profile_editions.caption": (
        "Places are within the category. Each edition under its own method.",
        "Yerlər kateqoriya daxilindədir. Hər mərhələ öz metodu ilə.",
    ),
    "profile_parts.sentence": (
        "Of {total} points lacking to the top, most are at “{most}” ({points}). Furthest below the "
        "mean of the category, or least above it: “{below}” ({difference}).",
        "Ən yüksək bala çatmayan {total} balın ən çoxu “{most}” üzrədir ({points}). Kateqoriyanın "
        "ortası ilə müqayisədə ən zəif hissə: “{below}” ({difference}).",
    ),
    "profile_parts.title": ("Parts of the index, {label}", "İndeksin hissələri, {label}"),
    "profile_parts.caption": (
        "Dot: the organisation; stroke: mean of its category; bar: lowest to highest of the "
        "category.",
        "Nöqtə: qurum; xətt: kateqoriyanın ortası; zolaq: kateqoriyada ən aşağıdan ən yüksəyə.",
    ),
    "profile_parts.alt": (
        "The organisation's scores by part of the index beside its category. {series}",
        "Qurumun indeksin hissələri üzrə balları kateqoriya ilə müqayisədə. {series}",
    ),
    "profile_scores.title": (
        "Parts in detail: score, mean of the category, points lacking, {label}",
        "Hissələr ətraflı: bal, kateqoriyanın ortası, çatmayan bal, {label}",
    ),
    "profile_scores.caption": (
        "Lacking: points of the overall score that are missing at the part; they add up to what is "
        "missing in all.",
        "Çatmayan bal: hissə üzrə ümumi balda çatışmayan bal; cəmi ümumi çatışmayan bala bərabərdir.",
    ),
    "profile_items.sentence": (
        "Half of the {total} lacking points lie on {half} of {items} items. {silent} answers were "
        "not given.",
        "Çatmayan {total} balın yarısı {items} göstəricidən {half} göstəricinin payına düşür. "
        "{silent} cavab verilməyib.",
    ),
    "profile_items.title": (
        "Items that cost the organisation most, {label}",
        "Quruma ən çox bal itirən göstəricilər, {label}",
    ),
    "profile_items.caption": (
        "Score: mean over the services to which the item applies. All items in profile_items.csv.",
        "Bal: göstəricinin tətbiq olunduğu xidmətlər üzrə orta. Bütün göstəricilər "
        "profile_items.csv faylındadır.",
    ),
    "profile_services.title": (
        "Services, the lowest first, {label}",
        "Xidmətlər, ən aşağıdan, {label}",
    ),
    "profile_services.caption": (
        "Every service of the organisation, with the score of the service.",
        "Qurumun bütün xidmətləri və hər xidmətin balı.",
    ),
    "profile_services.alt": (
        "Bar chart of the scores of the organisation's {n} services. {series}",
        "Qurumun {n} xidmətinin balları. {series}",
    ),
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
    "quartile_1": ("First quartile", "Birinci kvartil"),
    "median": ("Median", "Median"),
    "mean": ("Mean", "Orta"),
    "quartile_3": ("Third quartile", "Üçüncü kvartil"),
    "sd": ("Standard deviation", "Standart kənarlaşma"),
    "category_median": ("Median of the category", "Kateqoriyanın medianı"),
    "distance": ("Above the median", "Mediandan fərq"),
    "all_mean": ("Mean of all", "Hamısının ortası"),
    "category_mean": ("Mean of the category", "Kateqoriyanın ortası"),
    "lacking": ("Points lacking", "Çatmayan bal"),
    "parent_id": ("Criterion", "Meyar"),
    "organisations_shared": ("Bodies shared", "Ortaq qurumlar"),
    "services_shared": ("Services shared", "Ortaq xidmətlər"),
    "items": ("Items", "Göstəricilər"),
    "items_shared": ("Items shared", "Ortaq göstəricilər"),
    "same_method": ("Same method", "Eyni metod"),
    "comparable": ("Comparable", "Müqayisə olunur"),
    "state": ("State", "Vəziyyət"),
    "former_id": ("Former item", "Əvvəlki göstərici"),
    "weight_before": ("Weight before", "Əvvəlki çəki"),
    "basis": ("Basis", "Əsas"),
    "baseline_year": ("Compared with", "Müqayisə edilən"),
    "score_before": ("Score before", "Əvvəlki bal"),
    "change": ("Change", "Dəyişmə"),
    "rank_before": ("Place before", "Əvvəlki yer"),
    "ranked_before": ("of", "cəmi"),
    "places": ("Places climbed", "Yer dəyişməsi"),
    "services_before": ("Services before", "Əvvəlki xidmətlər"),
    "successors": ("Merged into", "Birləşdiyi qurum"),
    "order": ("Order", "Sıra"),
    "assumption_id": ("Assumption", "Fərziyyə"),
    "all": ("All", "Cəmi"),
}

CATEGORY_NAMES: dict[str, tuple[str, str]] = {
    "central": ("Central executive bodies", "Mərkəzi icra hakimiyyəti orqanları"),
    "local": ("Local executive bodies", "Yerli icra hakimiyyəti orqanları"),
    "legal_entity": ("Legal entities", "Hüquqi şəxslər"),
    "all": ("All", "Cəmi"),
}
