from . import runwell_demo
