import { argumentTexts, backendText } from '../flags.ts'

/** A value of the config that can also be set by a flag and by an environment variable. */
interface Shortcut {
  /** The place of the value in the config. */
  readonly place: string
  /** The name of the flag, without dashes. */
  readonly flag: string
  /** What the help text calls the value of the flag. */
  readonly argument: string
  readonly variable: string
  /** Paths are relative to the folder in which the command runs. */
  /** `list` is one of names with commas; `names` may be one. */
  readonly type: 'number' | 'text' | 'path' | 'list' | 'names'
  readonly about: string
}

/** All shortcuts. A new one is an entry here; flags, variables and help texts follow. */
export const shortcuts = [
  {
    place: 'data.train',
    flag: 'data',
    argument: 'file',
    variable: 'GRADUS_DATA',
    type: 'path',
    about: 'the file of rows to train on',
  },
  {
    place: 'data.target',
    flag: 'target',
    argument: 'columns',
    variable: 'GRADUS_TARGET',
    type: 'names',
    about: argumentTexts.target,
  },
  {
    place: 'data.inputs',
    flag: 'inputs',
    argument: 'columns',
    variable: 'GRADUS_INPUTS',
    type: 'list',
    about: 'the columns from which it predicts: a,b,p0..p63',
  },
  {
    place: 'data.task',
    flag: 'task',
    argument: 'task',
    variable: 'GRADUS_TASK',
    type: 'text',
    about: 'classification or regression',
  },
  {
    place: 'data.rows',
    flag: 'rows',
    argument: 'count',
    variable: 'GRADUS_ROWS',
    type: 'number',
    about: 'read only this many rows of each file',
  },
  {
    place: 'fit.epochs',
    flag: 'epochs',
    argument: 'count',
    variable: 'GRADUS_EPOCHS',
    type: 'number',
    about: 'the number of epochs',
  },
  {
    place: 'backend',
    flag: 'backend',
    argument: 'name',
    variable: 'GRADUS_BACKEND',
    type: 'text',
    about: backendText,
  },
  {
    place: 'seed',
    flag: 'seed',
    argument: 'number',
    variable: 'GRADUS_SEED',
    type: 'number',
    about: 'determines first weights, shuffling and dropout',
  },
] as const satisfies readonly Shortcut[]

/** The values of the flags that are shortcuts. */
export type ShortcutFlags = {
  readonly [S in (typeof shortcuts)[number] as S['flag']]?: S['type'] extends 'number' ? number : string
}
