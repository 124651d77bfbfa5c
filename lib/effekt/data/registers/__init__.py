"""The readers, one module a source, in the order in which they are read: rules may look at what was read before."""

from effekt.data.registers import bef, drg, enrolment, lpr2, municipal, programme, sssy
from effekt.data.registers.source import Register

REGISTERS: tuple[Register, ...] = tuple(module.REGISTER for module in (bef, lpr2, drg, sssy, municipal, programme, enrolment))
