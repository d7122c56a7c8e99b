"""Everything that is received: the services that are fetched from, files, and the snapshot in data/raw.

fetch            `lagesbild fetch`: which services, places, years and series; the order of the work
series           what every service takes and gives: columns, statuses, scope; what every series is checked for
http             one client for all services: limits, pace, retries, redirects, when an outage ends it, strict JSON
kolada           Kolada's requests for all areas, series that fail alone; kolada_answers: pages, figures, titles, lists
pxweb            SCB and Folkhälsomyndigheten: requests, marks, yearly means of months
pxweb_tables     a table's labels, periods, variables; whether it has moved or ended
pxweb_questions  which codes of a table an indicator stands for, and how a question is split to the service's limit
jsonstat         the json-stat 2 format
keeping          vintages, revisions, what stops a series (a new definition, a new division), manifest entries
snapshot         the rows of a snapshot's files, and what a fetch makes of them
replacing        a file and its manifest written both or none; the lock; what a killed fetch left, set right
raw              the files of data/raw, held against their manifests; the lists of places and comparison groups
files            municipalities' own, publishers' and typed-in tables as tidy rows; sources.yml
sheets, cells    one csv or Excel sheet; one cell: number, year, month, sex, place, status
"""
