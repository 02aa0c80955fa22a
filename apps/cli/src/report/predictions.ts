import type { Confusion } from '../train/confusion.ts'
import { frequentConfusions } from '../train/confusion.ts'
import { type Calibration, calibrationOf } from './calibration.ts'
import { matrixChart, maxClasses } from './charts/matrix-chart.ts'
import { reliabilityChart } from './charts/reliability-chart.ts'
import { scatterChart } from './charts/scatter-chart.ts'
import { escaped, figureHtml, tableHtml } from './charts/svg.ts'
import type { Examination, ExaminedClasses, ExaminedNumber, ExaminedTarget } from './examine.ts'
import { grid, type Section } from './page.ts'

const roles = { test: 'held-out samples', validation: 'validation samples', train: 'training samples' }

/** For each target the confusion matrix and the calibration, or the predicted against the true values. */
export function predictionSections({ role, samples, outputs }: Examination): Section[] {
  const targets = outputs.flatMap((output) => output.targets)
  const lead = `<p class="soft">${samples.count} ${roles[role]} of ${escaped(samples.name)}, predicted by the best model.</p>`
  return targets.map((target) => ({
    title: titleFor(
      target.task === 'regression' ? 'Predicted and true values' : 'Confusion and calibration',
      target,
      targets,
    ),
    body: lead + grid(target.task === 'regression' ? [scatter(target)] : classCharts(target)),
  }))
}

/** The title of a section about a target, with the name of the target where there are several. */
export function titleFor(title: string, target: ExaminedTarget, all: readonly ExaminedTarget[]): string {
  return all.length === 1 ? title : `${title}: ${target.name}`
}

function scatter({ name, truth, predicted }: ExaminedNumber): string {
  const pairs = truth.map((value, index) => [value, predicted[index]!] as const)
  return figureHtml(scatterChart({ title: `${name}: predicted and true`, pairs }))
}

function classCharts(target: ExaminedClasses): string[] {
  const confusion = confusionOf(target)
  const calibration = calibrationOfClasses(target)
  return [
    target.classes.length <= maxClasses ? figureHtml(matrixChart(confusion)) : confusionTable(confusion),
    ...(calibration ? [figureHtml(reliabilityChart(calibration))] : []),
  ]
}

/** How well the confidence of the predictions of a target agrees with their accuracy; undefined where there is no confidence. */
export function calibrationOfClasses({ truth, predicted, confidence }: ExaminedClasses): Calibration | undefined {
  return (
    confidence &&
    calibrationOf(confidence.map((value, index) => ({ confidence: value, right: truth[index] === predicted[index] })))
  )
}

function confusionOf({ classes, truth, predicted }: ExaminedClasses): Confusion {
  const counts = classes.map(() => new Array<number>(classes.length).fill(0))
  truth.forEach((label, index) => {
    counts[label]![predicted[index]!]!++
  })
  return { classes, counts }
}

function confusionTable(confusion: Confusion): string {
  const rows = frequentConfusions(confusion, 30).map(({ truth, predicted, count }) => [truth, predicted, String(count)])
  const text = `The most frequent confusions of ${confusion.classes.length} classes.`
  return `<div><p class="soft">${text}</p>${tableHtml({ head: ['true class', 'predicted class', 'samples'], rows })}</div>`
}
