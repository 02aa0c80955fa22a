import type { ColumnOptions, Missing } from './kinds/kind.ts'
import type { ColumnChoice, InputChoices } from './plan-inputs.ts'

/** What a target is predicted as. */
export type Task = 'classification' | 'regression'

/** What is known about the columns before they are read. What is not given is inferred from a profile. */
export interface PlanOptions {
  /** The columns that the model predicts. */
  readonly target: string | readonly string[]
  /** The columns from which it predicts (default all others that help). */
  readonly inputs?: InputChoices
  /** By column: its kind, its options, or null to leave it out. */
  readonly columns?: Readonly<Record<string, ColumnChoice>>
  /** What the targets are predicted as, or each of them by name. */
  readonly task?: Task | Readonly<Record<string, Task>>
  /** Names of the classes in order, where the target has numbers for them or a fixed order; of several targets by name. */
  readonly classes?: readonly string[] | Readonly<Record<string, readonly string[]>>
  /** What becomes of missing values of inputs (default: each kind fills them). */
  readonly missing?: Missing
}

/** The kind and the options of an input column. */
export interface InputPlan {
  readonly name: string
  readonly options: ColumnOptions
  /** The input of the model that has the column, where it is named. */
  readonly input?: string
}

/** How a target is read. */
export interface TargetPlan {
  readonly name: string
  readonly task: Task
  readonly options: ColumnOptions
  /** Of a classification: the texts of the cells, in the order of the outputs. */
  readonly classes?: readonly string[]
  /** The names of the classes, where the cells have numbers for them. */
  readonly names?: readonly string[]
}

/** How a table is read for a model. */
export interface TablePlan {
  readonly inputs: readonly InputPlan[]
  readonly targets: readonly TargetPlan[]
  /** What was chosen and why, a sentence each. */
  readonly choices: readonly string[]
}
