import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { advance, inspection, pause, play, playing, report } from '../state/session.ts'
import { exact, figure, percent } from './format.ts'

/** The current step of the tour; undefined without a tour. */
export const tourStep = signal<number | undefined>(undefined)

interface Stop {
  readonly title: string
  /** The part of the page that it explains. */
  readonly part: string
  readonly text: () => ComponentChildren
  readonly action?: { readonly label: string; readonly run: () => void }
}

const oneStep = { label: 'Step one batch', run: () => void advance('batch') }

const stops: readonly Stop[] = [
  {
    title: 'Forward pass',
    part: 'network',
    text: () =>
      'A sample enters on the left. Each unit multiplies its inputs by the weights of its connections, adds the products and its bias, and applies its activation. The outputs on the right are the prediction. At first the weights are random, and so is the prediction.',
  },
  {
    title: 'Loss',
    part: 'curves',
    text: () => (
      <>
        The loss is one number that measures how wrong the predictions are. For the current batch it is{' '}
        <b>{exact(inspection.value?.lossBefore ?? Number.NaN)}</b>. Training makes it smaller.
      </>
    ),
  },
  {
    title: 'Gradient',
    part: 'inspector',
    text: () => (
      <>
        The gradient of a weight is the rate at which the loss rises with the weight. For the selected weight it is{' '}
        <b>{exact(inspection.value?.input.gradient ?? Number.NaN)}</b>: the mean of one term per sample. Click other
        lines of the network to see their gradients.
      </>
    ),
  },
  {
    title: 'Learning rate',
    part: 'settings',
    text: () => (
      <>
        The loss rises in the direction of the gradient, so weights move in the opposite direction. The learning rate,
        here <b>{inspection.value?.input.learningRate}</b>, determines how far. If it is large, steps overshoot the
        minimum; if it is small, training takes very long.
      </>
    ),
  },
  {
    title: 'Update',
    part: 'inspector',
    text: () => (
      <>
        new weight = old weight {'\u2212'} learning rate {'\u00d7'} gradient. All weights change at once, each by its
        gradient. The weight goes from <b>{exact(inspection.value?.input.weight ?? Number.NaN)}</b> to{' '}
        <b>{exact(inspection.value?.update.weight ?? Number.NaN)}</b>. (With momentum or Adam the rule has more terms;
        the inspector shows them.)
      </>
    ),
    action: oneStep,
  },
  {
    title: 'Epoch',
    part: 'training',
    text: () => (
      <>
        One update uses one batch. After all {report.value?.batchCount} batches an epoch is complete; then the samples
        are shuffled, and the next epoch begins. Complete epochs: <b>{report.value?.epoch}</b>.
      </>
    ),
    action: { label: 'Step one epoch', run: () => void advance('epoch') },
  },
  {
    title: 'The model is learning',
    part: 'boundary',
    text: () => (
      <>
        With many small updates the loss falls. It is now <b>{figure(report.value?.train.loss)}</b>
        {report.value?.train.accuracy !== undefined && (
          <>
            , and <b>{percent(report.value.train.accuracy)}</b> of the samples are predicted correctly
          </>
        )}
        . The figures of the test samples, which the network has never seen, show how well it generalizes.
      </>
    ),
    action: { label: 'Play', run: () => void (playing.value ? pause() : play()) },
  },
]

/** The part of the page that the current step of the tour explains. */
export const tourPart = () => (tourStep.value === undefined ? '' : stops[tourStep.value]!.part)

/** Explains how a network learns in seven steps, with the numbers of the current run. */
export function Tour() {
  const index = tourStep.value
  if (index === undefined) return null
  const { title, text, action } = stops[index]!
  const go = (to: number | undefined) => {
    tourStep.value = to
    if (to === undefined) return
    document.querySelector(`[data-part="${stops[to]!.part}"]`)?.scrollIntoView({ block: 'nearest' })
  }
  return (
    <section class="card tour" aria-labelledby="tour-title">
      <h2 id="tour-title">
        {index + 1} of {stops.length}: {title}
      </h2>
      <p>{text()}</p>
      <div class="buttons">
        <button type="button" disabled={index === 0} onClick={() => go(index - 1)}>
          Back
        </button>
        {action && (
          <button type="button" onClick={action.run}>
            {action.label === 'Play' && playing.value ? 'Pause' : action.label}
          </button>
        )}
        {index < stops.length - 1 && (
          <button type="button" class="primary" onClick={() => go(index + 1)}>
            Next
          </button>
        )}
        <button type="button" onClick={() => go(undefined)}>
          End the tour
        </button>
      </div>
    </section>
  )
}
