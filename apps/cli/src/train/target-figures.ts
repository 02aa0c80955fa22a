import type { HostArray } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import type { TableCoder, Target } from 'gradus/tables'
import type { Confusion } from './confusion.ts'
import { decodedOutputs, readOutputs } from './decode-outputs.ts'

/** The figures of a target in its units. */
export interface RegressionFigures {
  readonly meanAbsoluteError: number
  readonly rootMeanSquaredError: number
  /** The part of the variance that is predicted: 1 for exact predictions, 0 for the mean. */
  readonly r2: number
}

/** The figures of each target: a confusion matrix of classes, or the errors of a number. */
export type TargetFigures = Readonly<Record<string, { readonly confusion: Confusion } | RegressionFigures>>

/** Compares predictions with targets, some rows at a time. */
export class TargetScores {
  private readonly scores: readonly Score[]

  constructor(private readonly coder: TableCoder) {
    this.scores = coder.spec.targets.map((target) =>
      target.task === 'regression' ? new Errors(target) : new Counts(target),
    )
  }

  /** Adds the outputs of a model for rows, and disposes of them. `y` has the targets by name. */
  async add(outputs: readonly Tensor[], y: Readonly<Record<string, HostArray>>): Promise<void> {
    for (const { first, predictions } of decodedOutputs(this.coder, await readOutputs(outputs))) {
      this.scores.forEach((score) => {
        const { data } = y[score.target.name]!
        predictions.forEach((prediction, row) => score.add(data[first + row]!, prediction[score.target.name]!.value))
      })
    }
  }

  finish(): TargetFigures {
    return Object.fromEntries(this.scores.map((score) => [score.target.name, score.finish()]))
  }
}

interface Score {
  readonly target: Target
  /** `truth` is what the model learns, `value` what it predicts. */
  add(truth: number, value: string | number): void
  finish(): TargetFigures[string]
}

class Counts implements Score {
  private readonly classes: readonly string[]
  private readonly positions: ReadonlyMap<string, number>
  private readonly counts: number[][]

  constructor(readonly target: Target & { readonly task: 'classification' }) {
    this.classes = target.names ?? target.classes
    this.positions = new Map(this.classes.map((name, index) => [name, index]))
    this.counts = this.classes.map(() => new Array<number>(this.classes.length).fill(0))
  }

  add(truth: number, value: string | number): void {
    this.counts[truth]![this.positions.get(String(value))!]!++
  }

  finish(): { confusion: Confusion } {
    return { confusion: { classes: this.classes, counts: this.counts } }
  }
}

class Errors implements Score {
  private count = 0
  private mean = 0
  private variance = 0
  private absolute = 0
  private squares = 0

  constructor(readonly target: Target & { readonly task: 'regression' }) {}

  add(truth: number, value: string | number): void {
    const expected = truth * this.target.span + this.target.offset
    const error = Number(value) - expected
    this.count++
    const delta = expected - this.mean
    this.mean += delta / this.count
    this.variance += delta * (expected - this.mean)
    this.absolute += Math.abs(error)
    this.squares += error * error
  }

  finish(): RegressionFigures {
    const { count, absolute, squares, variance } = this
    return {
      meanAbsoluteError: absolute / count,
      rootMeanSquaredError: Math.sqrt(squares / count),
      r2: variance === 0 ? (squares === 0 ? 1 : 0) : 1 - squares / variance,
    }
  }
}
