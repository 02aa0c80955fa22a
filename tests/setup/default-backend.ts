import { auto } from 'gradus'

/** The default backend: one for all test files of a worker. */
export const defaultBackend = auto()
