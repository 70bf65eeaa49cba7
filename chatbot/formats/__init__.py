"""One module a file format, each turning the bytes of a file into Markdown text; run in the worker process only."""

# The function that reads each kind of file; its module is imported when the first such file comes.
READERS = {
    ".csv": "spreadsheet.convert_csv",
    ".docx": "docx.convert",
    ".htm": "html.convert",
    ".html": "html.convert",
    ".odp": "odf.convert",
    ".ods": "odf.convert",
    ".odt": "odf.convert",
    ".pdf": "pdf.convert",
    ".pptx": "pptx.convert",
    ".tsv": "spreadsheet.convert_csv",
    ".xhtml": "html.convert",
    ".xlsx": "spreadsheet.convert_xlsx",
}
