"""Makes fictitious registers of any size, and small ones as text for tests.

No name in here belongs to a real person: names are drawn word by word from what is usual in Lào Cai.
"""

from tests.factory.register import Register, write_register
from tests.factory.text import agency_yaml, official_yaml, province_yaml, write_directory

__all__ = ["Register", "agency_yaml", "official_yaml", "province_yaml", "write_directory", "write_register"]
