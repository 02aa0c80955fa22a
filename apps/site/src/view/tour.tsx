import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { advance, inspection, pause, play, playing, report } from '../state/session.ts'
import { exact, figure, percent } from './format.ts'

/** The step of the tour that is shown; none while there is no tour. */
export const tourStep = signal<number | undefined>(undefined)

interface Stop {
  readonly title: string
  /** The part of the page that it is about. */
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
      'A sample enters on the left. Each unit multiplies what comes in by the weights of its connections, adds its bias and applies its activation. What comes out on the right is the prediction. At first the weights are random, and so is the prediction.',
  },
  {
    title: 'Loss',
    part: 'curves',
    text: () => (
      <>
        The loss is one number that says how wrong the predictions are. For the batch at hand it is{' '}
        <b>{exact(inspection.value?.lossBefore ?? Number.NaN)}</b>. Learning means to make it smaller.
      </>
    ),
  },
  {
    title: 'Gradient',
    part: 'inspector',
    text: () => (
      <>
        For each weight the gradient says by how much the loss rises when the weight is raised. For the selected weight
        it is <b>{exact(inspection.value?.input.gradient ?? Number.NaN)}</b>: the mean of one term per sample. Click
        other lines of the network to see theirs.
      </>
    ),
  },
  {
    title: 'Learning rate',
    part: 'settings',
    text: () => (
      <>
        The gradient says which way is up, so weights go the other way. The learning rate, here{' '}
        <b>{inspection.value?.input.learningRate}</b>, says how far. With a large one steps jump over the goal, with a
        small one they take for ever.
      </>
    ),
  },
  {
    title: 'Update',
    part: 'inspector',
    text: () => (
      <>
        new weight = old weight {'\u2212'} learning rate {'\u00d7'} gradient. All weights change at once, each by its
        own gradient. The weight goes from <b>{exact(inspection.value?.input.weight ?? Number.NaN)}</b> to{' '}
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
        One update uses one batch. When all {report.value?.batchCount} batches had their turn, an epoch is over, the
        samples are shuffled, and the next one begins. So far: <b>{report.value?.epoch}</b>.
      </>
    ),
    action: { label: 'Step one epoch', run: () => void advance('epoch') },
  },
  {
    title: 'The model is learning',
    part: 'boundary',
    text: () => (
      <>
        Many small updates, and the loss falls: it is now <b>{figure(report.value?.train.loss)}</b>
        {report.value?.train.accuracy !== undefined && (
          <>
            , and <b>{percent(report.value.train.accuracy)}</b> of the samples are predicted right
          </>
        )}
        . What counts is the test figure, of samples that the network has never seen.
      </>
    ),
    action: { label: 'Play', run: () => void (playing.value ? pause() : play()) },
  },
]

/** The part of the page that the tour is about. */
export const tourPart = () => (tourStep.value === undefined ? '' : stops[tourStep.value]!.part)

/** Explains how a network learns, in seven steps, with the numbers of the run at hand. */
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
