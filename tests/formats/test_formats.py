"""What each format keeps; the readers are called directly, as the worker does."""

from collections.abc import Callable
from io import BytesIO

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from fpdf import FPDF

from chatbot.formats import docx as word
from chatbot.formats import html, odf, pdf, pptx, spreadsheet
from chatbot.formats.converted import Converted, UnreadableError
from tests.formats import files

Reader = Callable[[bytes], Converted]


def page_of(*paragraphs: str, width: float = 0) -> bytes:
    """A PDF with one page of paragraphs in one size."""
    document = FPDF()
    document.add_page()
    document.set_font("helvetica", size=11)
    for paragraph in paragraphs:
        document.multi_cell(width, 5, paragraph, new_x="LMARGIN", new_y="NEXT")
        document.ln(6)
    return bytes(document.output())


@pytest.mark.parametrize(
    ("reader", "content"),
    [
        (html.convert, files.html()),
        (word.convert, files.word()),
        (odf.convert, files.open_document()),
    ],
)
def test_headings_paragraphs_lists_and_tables_become_markdown(reader: Reader, content: bytes) -> None:
    converted = reader(content)
    steps = "\n".join(f"- {step}" for step in files.STEPS)
    assert converted.text.startswith(
        f"# {files.TITLE}\n\n{files.FIRST}\n\n## {files.GOALS}\n\n{files.SECOND}\n\n{steps}\n"
    )
    assert converted.text.endswith(f"- Kontor: Borgerservice; Telefon: 62 52 50 00; Åbner: kl. 9\n{files.ROW}\n")
    assert converted.title == files.TITLE


def test_a_pdf_keeps_headings_by_their_type_and_the_place_of_each_page() -> None:
    converted = pdf.convert(files.pdf(pages=3))
    assert converted.text.startswith(f"# {files.TITLE}\n\n{files.FIRST} Hjælpen er gratis")
    assert f"\n\n## {files.GOALS}\n\n{files.SECOND}\n\n" in converted.text
    assert [converted.text[page : page + 8] for page in converted.pages] == ["# Strate", "## Mål o", "Afsnit 3"]
    assert (converted.title, converted.date) == (files.TITLE, "2025-03-04")


def test_headers_footers_and_page_numbers_of_a_pdf_are_left_out() -> None:
    text = pdf.convert(files.pdf(pages=5)).text
    assert "årsskrift" not in text
    assert "Side 3" not in text
    assert "Afsnit 5 beskriver planen" in text


def test_lines_of_a_pdf_are_joined_to_paragraphs_and_words_cut_at_their_ends_made_whole() -> None:
    text = pdf.convert(
        page_of(
            "Kommunens digitalise-\nring gør hverdagen lettere for alle, som bor på øen og arbejder der.",
            "Et it-\nsystem er gammelt. Vi bruger selv-\nbetjening, og selv-betjening virker.",
        )
    ).text
    assert text == (
        "Kommunens digitalisering gør hverdagen lettere for alle, som bor på øen og arbejder der.\n\n"
        "Et it-system er gammelt. Vi bruger selv-betjening, og selv-betjening virker.\n"
    )


def test_a_sentence_that_runs_over_the_page_is_one_sentence_that_begins_on_the_first() -> None:
    document = FPDF()
    for text in ("Kommunen har besluttet, at alle borgere", "skal have samme adgang. Det gælder fra i morgen."):
        document.add_page()
        document.set_font("helvetica", size=11)
        document.multi_cell(0, 5, text)
    converted = pdf.convert(bytes(document.output()))
    assert converted.text.startswith("Kommunen har besluttet, at alle borgere skal have samme adgang.")
    assert converted.text[converted.pages[1] :].startswith("skal have samme adgang.")


def test_a_page_with_nothing_on_it_is_counted() -> None:
    document = FPDF()
    document.set_font("helvetica", size=11)
    for text in ("", "Anden side.", "", "Fjerde side."):
        document.add_page()
        document.cell(0, 5, text)
    converted = pdf.convert(bytes(document.output()))
    assert converted.text[converted.pages[3] :] == "Fjerde side.\n"
    assert len(converted.pages) == 4


def test_a_title_that_a_program_wrote_is_not_used() -> None:
    assert pdf.convert(files.pdf(title="Microsoft Word - udkast3.docx")).title == files.TITLE


def test_a_pdf_that_only_forbids_printing_is_read() -> None:
    document = FPDF()
    document.add_page()
    document.set_font("helvetica", size=11)
    document.cell(0, 5, files.FIRST)
    document.set_encryption(owner_password="owner")
    assert pdf.convert(bytes(document.output())).text == files.FIRST + "\n"


def test_a_word_document_keeps_custom_headings_and_text_in_controls_and_leaves_out_contents_and_deletions() -> None:
    document = docx.Document()
    style = document.styles.add_style("Kommunens overskrift", 1)
    style.base_style = document.styles["Heading 2"]
    document.add_paragraph(files.GOALS, style="Kommunens overskrift")
    document.styles.add_style("toc 1", 1)
    document.add_paragraph("Indhold ........ 4", style="toc 1")
    document.add_paragraph("Budgettet ")
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    for xml in (
        f"<w:del {space}><w:r><w:delText>er forkastet</w:delText></w:r></w:del>",
        f"<w:ins {space}><w:r><w:t>er vedtaget</w:t></w:r></w:ins>",
        f"<w:r {space}><w:br/><w:t>i dag.</w:t></w:r>",
    ):
        document.paragraphs[-1]._p.append(parse_xml(xml))
    control = f"<w:sdt {space}><w:sdtContent><w:p><w:r><w:t>{files.FIRST}</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    document.element.body.append(parse_xml(control))
    buffer = BytesIO()
    document.save(buffer)
    text = word.convert(buffer.getvalue()).text
    assert text == f"## {files.GOALS}\n\nBudgettet er vedtaget i dag.\n\n{files.FIRST}\n"


@pytest.mark.parametrize(("reader", "content"), [(pptx.convert, files.slides()), (odf.convert, files.open_slides())])
def test_slides_are_pages_under_their_titles(reader: Reader, content: bytes) -> None:
    converted = reader(content)
    assert [converted.text[page:].split("\n")[0] for page in converted.pages] == [
        f"## {files.TITLE}",
        f"## {files.GOALS}",
    ]
    assert files.SECOND in converted.text


def test_tables_and_speaker_notes_of_slides_are_kept() -> None:
    text = pptx.convert(files.slides()).text
    assert files.ROW in text
    assert "Husk at nævne, at budgettet er vedtaget." in text


def test_each_row_of_a_sheet_names_its_columns_and_hidden_sheets_are_left_out() -> None:
    text = spreadsheet.convert_xlsx(files.sheet()).text
    assert text.startswith(f"## {files.GOALS}\n\n")
    assert files.ROW in text
    assert "Hemmeligt" not in text


def test_values_of_a_sheet_are_written_as_people_read_them() -> None:
    from datetime import date

    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["Telefonliste"])
    sheet.append(["Dag", "Antal", "Andel"])
    sheet.append([date(2025, 3, 4), 12.0, 0.5])
    sheet.append([None, None, "i alt"])
    buffer = BytesIO()
    workbook.save(buffer)
    text = spreadsheet.convert_xlsx(buffer.getvalue()).text
    assert text == "## Sheet\n\nTelefonliste\n\n- Dag: 2025-03-04; Antal: 12; Andel: 0.5\n- Andel: i alt\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_is_read_whatever_stands_between_its_values(delimiter: str, encoding: str) -> None:
    assert spreadsheet.convert_csv(files.table(delimiter, encoding)).text.endswith(f"{files.ROW}\n")


def test_a_table_of_names_and_values_without_heading_row_is_read_as_that() -> None:
    rows = "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in (("Telefon", "62"), ("Åbner", "9")))
    text = html.convert(f"<main><h1>Kontakt</h1><p>{files.FIRST}</p><table>{rows}</table></main>".encode()).text
    assert text.endswith("- Telefon: 62\n- Åbner: 9\n")


def test_a_web_page_says_who_published_it_and_when() -> None:
    converted = html.convert(files.html())
    assert (converted.source, converted.date) == ("Ærø Kommune", "2025-03-04")
    saved = "<!doctype html><!-- saved from url=(0027)https://www.example.org/pas --><html><body><p>Et pas koster 893 kr.</p>"
    assert html.convert(saved.encode()).source == "example.org"


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-8", "cp1252"])
def test_a_web_page_is_read_in_the_encoding_it_declares(encoding: str) -> None:
    page = f"<html><head><meta charset='{encoding}'></head><body><p>{files.FIRST}</p></body></html>"
    assert html.convert(page.encode(encoding)).text == files.FIRST + "\n"


@pytest.mark.parametrize(
    ("reader", "content"),
    [
        (html.convert, b"<html><body><script>1</script></body></html>"),
        (spreadsheet.convert_csv, b"\n;;\n"),
        (odf.convert, files.archive({"content.xml": b"<x/>"})),
    ],
)
def test_a_file_without_text_is_unreadable(reader: Reader, content: bytes) -> None:
    with pytest.raises(UnreadableError, match="no text"):
        reader(content)
