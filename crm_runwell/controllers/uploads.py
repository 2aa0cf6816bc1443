from odoo.exceptions import UserError
from odoo.http import request

from ..tools.upload import MAX_FILES, MAX_SIZE, clean_name, is_taken


def read_files(name="files"):
    """Return [(name, bytes)] of the files in the posted form, cleaned.

    :raise UserError: if a file is too large or of a kind we do not take, or there are too many
    """
    env = request.env
    uploads = [file for file in request.httprequest.files.getlist(name) if file.filename]
    if len(uploads) > MAX_FILES:
        raise UserError(env._("Choose %s files at most.", MAX_FILES))
    return [check_file(file) for file in uploads]


def check_file(file):
    """Return (name, bytes) of an uploaded file, cleaned.

    :raise UserError: as in ``read_files``
    """
    name = clean_name(file.filename)
    content = file.stream.read(MAX_SIZE + 1)
    if len(content) > MAX_SIZE:
        raise UserError(request.env._(
            "%(file)s is too large: %(limit)s MB at most.", file=name, limit=MAX_SIZE // 2**20,
        ))
    if not is_taken(name, content):
        raise UserError(request.env._(
            "We cannot take %s. Send a picture, a PDF, a text, an office document or an archive.",
            name,
        ))
    return name, content
