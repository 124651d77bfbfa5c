"""The readers, one module a source, in the order in which they are read: rules may look at what was read before."""

from effekt.data.registers import bef, delayed, drg, enrolment, folk1a, homenursing, lmdb, lpr2, lpr3, municipal, practices, programme, sssy
from effekt.data.registers import audits, organisation, practice_list, surveys, visits
from effekt.data.registers.source import Register

REGISTERS: tuple[Register, ...] = (
    *(module.REGISTER for module in (bef, folk1a, practices, practice_list, lpr2, lpr3, drg, delayed, sssy, lmdb, municipal, homenursing)),
    *(module.REGISTER for module in (programme, enrolment, surveys, audits, visits, organisation)),
)
