"""Settings of pytest for all tests."""

import freezegun

# pytest measures how long a test takes by the real clock, whatever day the test stops it at.
freezegun.configure(extend_ignore_list=["_pytest"])
