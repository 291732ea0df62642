"""The decoding of text files, as editors of all systems write them."""

import codecs

__all__ = ["decoded"]

# Byte order marks and their encodings, the longer ones first.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32-le", codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be",
}  # fmt: skip
for _encoding in _MARKS.values():
    codecs.lookup(_encoding)  # now, so that no contents of a file can cause an import
_SPACES = dict.fromkeys(map(ord, "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{FIGURE SPACE}"), " ")
_UNSEEN = dict.fromkeys(map(ord, "\N{ZERO WIDTH NO-BREAK SPACE}\N{ZERO WIDTH SPACE}\N{WORD JOINER}"), None)


def decoded(data: bytes) -> str:
    r"""Return the text of a file: UTF-8, or UTF-16 or UTF-32 if the bytes show that encoding.

    Non-breaking spaces, which word processors write, become spaces. Characters without a width are removed.

    Args:
        data: the bytes of the file.

    Raises:
        UnicodeDecodeError: the bytes have none of these encodings.

    >>> decoded(codecs.BOM_UTF16_LE + "network:\xa02-3-2".encode("utf-16-le"))
    'network: 2-3-2'
    """
    return _of_encoding(data).translate(_SPACES | _UNSEEN)


def _of_encoding(data):
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, "replace")
            if ":" in text or "=" in text:  # otherwise, the first bytes were not a mark
                return text
    most = len(data) // 4
    if data[1::2].count(0) > most and b"\n\0" in data:  # text that is mostly ASCII has a zero in every second byte
        return data.decode("utf-16-le", "replace")
    if data[::2].count(0) > most and b"\0\n" in data:
        return data.decode("utf-16-be", "replace")
    return data.decode("utf-8")
