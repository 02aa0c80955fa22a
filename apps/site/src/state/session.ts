import { batch, computed, signal } from '@preact/signals'
import { proxy } from 'comlink'
import type { WeightPlace } from '../arithmetic/gradients.ts'
import { inspect } from '../arithmetic/inspect.ts'
import { loadDigits } from '../problems/digits.ts'
import { emptyProblem, makeProblem } from '../problems/problem.ts'
import { type BackendName, type Settings, sameRun } from '../settings/settings.ts'
import { fromFragment, toFragment } from '../settings/url.ts'
import type { Report, Speed } from '../worker/protocol.ts'
import { noHistory, withReport } from './history.ts'
import { service } from './service.ts'

export const settings = signal<Settings>(fromFragment(location.hash))
export const report = signal<Report | undefined>(undefined)
export const history = signal(noHistory)
export const playing = signal(false)
export const speed = signal<Speed>(300)
/** The message of the last error, or an empty text. */
export const failure = signal('')
/** The reasons why backends do not start, by name. */
export const unavailable = signal<Partial<Record<BackendName, string>>>({})
export const selected = signal<WeightPlace>({ layer: 0, from: 0, to: 0 })
/** The index of the sample in the batch that the drawing shows. */
export const sample = signal(0)

/** The data set of the current run. */
export const problem = signal(emptyProblem)
/** The selected weight in the last step. */
export const inspection = computed(() => report.value && inspect(report.value.record, selected.value))

// The number of the current run. Reports of earlier runs are ignored.
let currentRun = 0

const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)')
/** Milliseconds between updates of the page during training, where the visitor prefers less motion. */
const reducedMotionInterval = 500

/** Starts the first run. */
export async function begin(): Promise<void> {
  await restart()
  unavailable.value = { ...unavailable.value, ...(await service().prepare()) }
  await loadDigits().catch(() => {})
}

/** Changes settings. A change of the backend alone continues the run; any other change starts a new one. */
export async function change(changes: Partial<Settings>): Promise<void> {
  const next = { ...settings.value, ...changes }
  const onlyBackend = sameRun(next, settings.value) && report.value !== undefined
  settings.value = next
  globalThis.history.replaceState(null, '', `#${toFragment(next)}`)
  if (onlyBackend) await changeBackend(next.backend)
  else await restart()
}

/** Starts a new run with the current settings. */
export async function restart(): Promise<void> {
  const run = ++currentRun
  playing.value = false
  failure.value = ''
  await service().pause()
  const { data, points } = settings.value
  await attempt(run, async () => {
    const empty = data === 'own' && points.length === 0
    const [made, opened] = await Promise.all([
      makeProblem(settings.value),
      empty ? undefined : service().open(settings.value),
    ])
    if (run !== currentRun) return
    batch(() => {
      problem.value = made
      history.value = noHistory
      report.value = undefined
      if (!opened) return
      keepSelection(opened)
      show(opened)
    })
  })
}

/** Trains until `pause` is called. */
export async function play(): Promise<void> {
  if (playing.value || !report.value) return
  const run = currentRun
  playing.value = true
  failure.value = ''
  let [shown, last] = [0, report.value]
  const next = (given: Report) =>
    new Promise<void>((resolve) => {
      requestAnimationFrame((now) => {
        last = given
        if (run === currentRun && (!reducedMotion.matches || now - shown >= reducedMotionInterval)) {
          show(given)
          shown = now
        }
        resolve()
      })
    })
  await attempt(run, () => service().play(speed.value, proxy(next)))
  if (run !== currentRun) return
  if (report.value && last.step > report.value.step) show(last)
  playing.value = false
}

export async function pause(): Promise<void> {
  await service().pause()
}

export async function changeSpeed(next: Speed): Promise<void> {
  const wasPlaying = playing.value
  speed.value = next
  if (!wasPlaying) return
  await pause()
  await settled()
  void play()
}

/** Trains on one batch, or on the remaining batches of the epoch. */
export async function advance(by: 'batch' | 'epoch'): Promise<void> {
  if (!report.value) return
  const run = currentRun
  await pause()
  await attempt(run, async () => {
    const made = await service().advance(by)
    if (run === currentRun) show(made)
  })
}

async function changeBackend(name: BackendName): Promise<void> {
  const wasPlaying = playing.value
  const run = currentRun
  await pause()
  await settled()
  await attempt(run, async () => {
    const made = await service().switchBackend(name)
    if (run === currentRun) show(made)
  })
  if (wasPlaying && run === currentRun) void play()
}

async function attempt(run: number, task: () => Promise<void>): Promise<void> {
  try {
    await task()
  } catch (error) {
    if (run === currentRun) failure.value = (error as Error).message
  }
}

/** Waits until `playing` is false. */
function settled(): Promise<void> {
  if (!playing.value) return Promise.resolve()
  return new Promise((resolve) => {
    const end = playing.subscribe((now) => {
      if (now) return
      queueMicrotask(() => end())
      resolve()
    })
  })
}

function show(next: Report): void {
  const asked = settings.value.backend
  const { fallbackReason } = next.backend
  if (fallbackReason && unavailable.value[asked] !== fallbackReason)
    unavailable.value = { ...unavailable.value, [asked]: fallbackReason }
  if (sample.value >= next.record.batch.x.length) sample.value = 0
  report.value = next
  if (history.value.steps.at(-1) !== next.step) history.value = withReport(history.value, next)
}

// The selected weight may not exist in the new network.
function keepSelection({ network }: Report): void {
  const { layer, from, to } = selected.value
  const dense = network[layer]
  if (!dense || from >= dense.inputs || to >= dense.units) selected.value = { layer: 0, from: 0, to: 0 }
}
