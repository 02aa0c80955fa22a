import { basename } from 'node:path'
import { useBackend } from '@gradus/tensor'
import { openBackend } from '../backends/backends.ts'
import { exitCodeOf, exitCodes } from '../exit-codes.ts'
import { openModel } from '../model/open-model.ts'
import { groupedNumber, shortNumber } from '../text/numbers.ts'
import { describeDataFiles, isChanged } from '../train/data-files.ts'
import { bestOf, figureNames, trainingTime } from '../train/epoch-records.ts'
import { figureHtml } from './charts/svg.ts'
import { curvesOf } from './curves.ts'
import { type Examination, examine } from './examine.ts'
import { exampleSections } from './examples.ts'
import { gradientsOf } from './gradients.ts'
import { grid, note, type Section, tiles, toPage } from './page.ts'
import { calibrationOfClasses, predictionSections } from './predictions.ts'
import type { RunRecord } from './read-run.ts'
import { detailSections, histogramSection } from './sections.ts'

/** A report as a page, with what a program may want to know about it. */
export interface RunReport {
  readonly html: string
  /** The titles of its sections. */
  readonly sections: readonly string[]
  /** Why parts are missing. */
  readonly notes: readonly string[]
  /** The expected calibration errors of targets of classes, by their names. */
  readonly calibrationErrors: Readonly<Record<string, number>>
}

/**
 * Writes the report of a run as a page. Where the model or the data cannot be read any more, the parts that need them are missing,
 * and the page says why.
 */
export async function makeReport(run: RunRecord): Promise<RunReport> {
  const notes: string[] = []
  const attempt = async <T>(part: string, body: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await body()
    } catch (error) {
      if (exitCodeOf(error) === exitCodes.unexpected) throw error
      notes.push(`${part} missing: ${(error as Error).message}`)
      return undefined
    }
  }
  const changed = await attempt('The comparison of the data files is', async () =>
    isChanged(run.environment.data ?? {}, await describeDataFiles(run.config.data)),
  )
  if (changed)
    notes.push('The data files have changed since the run began; predictions are those for the new contents.')
  const { model, examination, gradients } = await modelParts(run, attempt)
  const sections: (Section | undefined)[] = [curvesSection(run)]
  if (examination) {
    sections.push(...predictionSections(examination), ...(await exampleSections(run, examination)))
  }
  if (model) {
    const weights = await model.getWeights()
    sections.push(histogramSection('Weights', 'The values of the weights of the best model.', weights, 'series-2'))
  }
  if (gradients) {
    const lead = `The gradients of the loss on the first batch of ${basename(run.config.data.train)}, with those weights.`
    sections.push(histogramSection('Gradients', lead, gradients, 'series-3'))
  }
  const present = [...sections.filter((section) => section !== undefined), ...detailSections(run)]
  const errors = examination ? calibrationErrorsOf(examination) : {}
  const lead = leadOf(run, model?.countParams(), errors) + notes.map(note).join('\n')
  return {
    html: toPage({ title: `Run ${basename(run.path)}`, lead, sections: present }),
    sections: present.map(({ title }) => title),
    notes,
    calibrationErrors: errors,
  }
}

type Attempt = <T>(part: string, body: () => Promise<T>) => Promise<T | undefined>

async function modelParts(run: RunRecord, attempt: Attempt) {
  const started = await attempt('Predictions and weights are', async () => {
    const backend = await openBackend(run.config.backend).catch(() => openBackend('auto'))
    await useBackend(backend)
    return openModel(run.path, { cwd: run.path })
  })
  if (!started) return {}
  const { model } = started
  const examination: Examination | undefined = await attempt('Predictions are', () => examine(started, run.config))
  const gradients = await attempt('Gradients are', () => gradientsOf(started, run.config))
  return { model, examination, gradients }
}

function calibrationErrorsOf({ outputs }: Examination): Record<string, number> {
  const targets = outputs.flatMap((output) => output.targets)
  return Object.fromEntries(
    targets.flatMap((target) => {
      const calibration = target.task === 'classification' ? calibrationOfClasses(target) : undefined
      return calibration ? [[target.name, calibration.error] as const] : []
    }),
  )
}

function curvesSection({ epochs }: RunRecord): Section {
  const body = epochs.length === 0 ? note('The run has no complete epoch yet.') : grid(curvesOf(epochs).map(figureHtml))
  return { title: 'Curves', body }
}

/** The figures of a run at a glance. */
function leadOf(run: RunRecord, parameters: number | undefined, errors: Readonly<Record<string, number>>): string {
  const { epochs, evaluation, environment } = run
  const best = figureNames(epochs).flatMap((name) => {
    const found = bestOf(epochs, name)
    return found ? [[`best ${name} (epoch ${found.epoch})`, shortNumber(found.value)] as const] : []
  })
  // those of the validation are among the best ones
  const tested = Object.entries(evaluation?.role === 'test' ? evaluation.figures : {}).map(
    ([name, value]) => [`test ${name}`, shortNumber(value)] as const,
  )
  const entries = [
    ...tested,
    ...best,
    ...Object.entries(errors).map(([target, error], _, { length }) => {
      return [`calibration error${length === 1 ? '' : ` of ${target}`}`, `${(100 * error).toFixed(1)} %`] as const
    }),
    ['epochs', `${epochs.length} of ${run.config.fit.epochs}`],
    ['training time', duration(trainingTime(epochs))],
    ...(parameters === undefined ? [] : [['parameters', groupedNumber(parameters)] as const]),
  ] as const
  const when = environment.startedAt ? ` Started ${environment.startedAt}.` : ''
  return `<p class="soft">${environment.finishedAt ? 'A complete run.' : 'A run that is not complete.'}${when}</p>${tiles(entries)}`
}

/** A time as text, such as `3 min 5 s`. */
function duration(milliseconds: number): string {
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`
  const seconds = Math.round(milliseconds / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${seconds % 60} s`
}
