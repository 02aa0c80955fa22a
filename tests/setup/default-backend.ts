import { auto } from 'gradus'

/** What is chosen where no backend was: one for all files of a worker. */
export const defaultBackend = auto()
