"""Small real files in every format, written by the libraries that people's programs resemble."""

import csv
import zlib
from datetime import UTC, datetime
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile

import docx
import openpyxl
import pptx
from fpdf import FPDF
from pptx.util import Inches

TITLE = "Strategi for Ærø"
GOALS = "Mål og økonomi"
FIRST = "Ældre borgere får hjælp på rådhuset hver onsdag."
SECOND = "Kommunen vil spare 300 millioner kroner inden 2027."
STEPS = ("Færre systemer", "Bedre sikkerhed")
TABLE = (
    ("Kontor", "Telefon", "Åbner"),
    ("Borgerservice", "62 52 50 00", "kl. 9"),
    ("Jobcenter", "62 52 51 00", "kl. 10"),
)
ROW = "- Kontor: Jobcenter; Telefon: 62 52 51 00; Åbner: kl. 10"


def markdown() -> bytes:
    return f"# {TITLE}\n\n{FIRST}\n\n## {GOALS}\n\n{SECOND}\n".encode()


def html() -> bytes:
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in TABLE[1:])
    heads = "".join(f"<th>{cell}</th>" for cell in TABLE[0])
    steps = "".join(f"<li>{step}</li>" for step in STEPS)
    return f"""<!doctype html><html lang="da"><head><meta charset="utf-8"><title>{TITLE}</title>
        <meta property="og:site_name" content="Ærø Kommune"><meta name="date" content="2025-03-04">
        <style>p {{color: red}}</style><script>document.write("skjult tekst")</script></head>
        <body><header><nav><ul><li><a href="/">Forside</a></li><li><a href="/b">Borger i menuen</a></li></ul></nav></header>
        <main><h1>{TITLE}</h1><p>{FIRST}</p><h2>{GOALS}</h2><p>Kommunen vil <b>spare 300 millioner kroner</b>
        inden <a href="https://example.org">2027</a>.</p><ul>{steps}</ul><table><tr>{heads}</tr>{rows}</table></main>
        <footer><p>Vi bruger cookies på siden.</p></footer></body></html>""".encode()


def pdf(pages: int = 3, *, title: str = TITLE, encrypted: str = "", compress: bool = True) -> bytes:
    """Headings and text on the first two pages, one sentence on each other; a header and a number on all."""

    class Numbered(FPDF):
        def header(self) -> None:
            self.set_font("helvetica", size=8)
            self.cell(0, 10, "Ærø Kommunes årsskrift", new_x="LMARGIN", new_y="NEXT")

        def footer(self) -> None:
            self.set_y(-15)
            self.set_font("helvetica", size=8)
            self.cell(0, 10, f"Side {self.page_no()}", align="C")

    document = Numbered()
    document.set_compression(compress)
    document.set_title(title)
    document.set_creation_date(datetime(2025, 3, 4, tzinfo=UTC))

    def write(text: str, size: int, style: str = "") -> None:
        document.set_font("helvetica", style, size)
        document.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT")
        document.ln(4)

    document.add_page()
    write(TITLE, 24, "B")
    write(FIRST + " " + "Hjælpen er gratis, og man behøver ikke bestille tid i forvejen. " * 3, 11)
    if pages > 1:
        document.add_page()
        write(GOALS, 16, "B")
        write(SECOND, 11)
    for number in range(3, pages + 1):
        document.add_page()
        write(f"Afsnit {number} beskriver planen for år {2020 + number}.", 11)
    if encrypted:
        document.set_encryption(owner_password="owner", user_password=encrypted)
    return bytes(document.output())


def scan() -> bytes:
    """A page that is a picture of text."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (400, 200), "white")
    ImageDraw.Draw(picture).text((20, 20), "Picture of text", fill="black")
    document = FPDF()
    document.add_page()
    document.image(picture, w=150)
    return bytes(document.output())


def word() -> bytes:
    document = docx.Document()
    document.core_properties.title = TITLE
    document.add_heading(TITLE, level=1)
    document.add_paragraph(FIRST)
    document.add_heading(GOALS, level=2)
    document.add_paragraph("Kommunen vil ").add_run("spare 300 millioner kroner").bold = True
    document.paragraphs[-1].add_run(" inden 2027.")
    for step in STEPS:
        document.add_paragraph(step, style="List Bullet")
    table = document.add_table(rows=0, cols=3)
    for row in TABLE:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    return _saved(document)


def slides() -> bytes:
    presentation = pptx.Presentation()
    presentation.core_properties.title = TITLE
    for title, text in ((TITLE, FIRST), (GOALS, SECOND)):
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = text
    shape = slide.shapes.add_table(3, 3, Inches(1), Inches(3), Inches(6), Inches(1))
    for cells, row in zip(shape.table.rows, TABLE, strict=True):
        for cell, text in zip(cells.cells, row, strict=True):
            cell.text = text
    slide.notes_slide.notes_text_frame.text = "Husk at nævne, at budgettet er vedtaget."
    return _saved(presentation)


def sheet() -> bytes:
    workbook = openpyxl.Workbook()
    workbook.properties.title = TITLE
    first = workbook.active
    first.title = GOALS
    for row in TABLE:
        first.append(row)
    hidden = workbook.create_sheet("Skjult")
    hidden.append(["Hemmeligt"])
    hidden.sheet_state = "hidden"
    return _saved(workbook)


def table(delimiter: str = ";", encoding: str = "cp1252") -> bytes:
    text = StringIO()
    csv.writer(text, delimiter=delimiter).writerows(TABLE)
    return text.getvalue().encode(encoding)


def open_document() -> bytes:
    """Text as LibreOffice writes it."""
    steps = "".join(f"<text:list-item><text:p>{step}</text:p></text:list-item>" for step in STEPS)
    rows = "".join(
        f"<table:table-row>{''.join(f'<table:table-cell><text:p>{c}</text:p></table:table-cell>' for c in row)}</table:table-row>"
        for row in TABLE
    )
    return _open_document(
        f"""<office:text><text:h text:outline-level="1">{TITLE}</text:h><text:p>{FIRST}</text:p>
        <text:h text:outline-level="2">{GOALS}</text:h>
        <text:p>Kommunen vil <text:span>spare<text:s/>300 millioner</text:span> kroner inden 2027.</text:p>
        <text:list>{steps}</text:list><table:table table:name="Kontorer">{rows}</table:table></office:text>"""
    )


def open_slides() -> bytes:
    def slide(title: str, text: str) -> str:
        box = f"<draw:text-box><text:p>{title}</text:p></draw:text-box>"
        return (
            f'<draw:page><draw:frame presentation:class="title">{box}</draw:frame>'
            f"<draw:frame><draw:text-box><text:p>{text}</text:p></draw:text-box></draw:frame></draw:page>"
        )

    return _open_document(f"<office:presentation>{slide(TITLE, FIRST)}{slide(GOALS, SECOND)}</office:presentation>")


def archive(parts: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return buffer.getvalue()


def raw_pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    content = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(content))
    return content + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end


def pdf_of_one_page(stream: bytes) -> bytes:
    """A PDF whose only page is drawn by a deflated stream."""
    return raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(stream), stream),
    )


def deflated_zeros(megabytes: int) -> bytes:
    """So many megabytes in a thousandth of them, without ever holding them."""
    block = zlib.compressobj(9, zlib.DEFLATED, -15)
    repeated = block.compress(bytes(1024**2)) + block.flush(zlib.Z_FULL_FLUSH)
    checksum = (megabytes * 1024**2 % 65521) << 16 | 1
    return b"\x78\x9c" + repeated * megabytes + b"\x03\x00" + checksum.to_bytes(4, "big")


def _open_document(body: str) -> bytes:
    names = "office text table draw presentation:presentation meta"
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = " ".join(
        f'xmlns:{name}="{urn}:{"drawing" if name == "draw" else name}:1.0"'
        for name in names.replace(":presentation", "").split()
    )
    meta = (
        f'<office:document-meta {spaces} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>'
        f"<dc:title>{TITLE}</dc:title><dc:date>2025-03-04T10:00:00</dc:date></office:meta></office:document-meta>"
    )
    content = f"<office:document-content {spaces}><office:body>{body}</office:body></office:document-content>"
    return archive({"content.xml": content.encode(), "meta.xml": meta.encode()})


def _saved(document: object) -> bytes:
    buffer = BytesIO()
    document.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()
