from . import attachment
from . import portal
from . import rating
from . import service_form
from . import sale_portal
