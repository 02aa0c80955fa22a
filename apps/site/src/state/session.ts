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
/** What went wrong, as a sentence for the visitor. */
export const trouble = signal('')
/** Why backends did not start, by name. */
export const refusals = signal<Partial<Record<BackendName, string>>>({})
export const selected = signal<WeightPlace>({ layer: 0, from: 0, to: 0 })
/** The sample of the batch whose values the drawing shows. */
export const sample = signal(0)

/** What the run that is on show learns. */
export const problem = signal(emptyProblem)
/** The selected weight in the last step. */
export const inspection = computed(() => report.value && inspect(report.value.record, selected.value))

// Reports of a run that was given up are not shown.
let run = 0

const calm = matchMedia('(prefers-reduced-motion: reduce)')
/** Milliseconds between two pictures while training goes on, where less motion is preferred. */
const calmPause = 500

/** Starts the first run. */
export async function begin(): Promise<void> {
  await restart()
  refusals.value = { ...refusals.value, ...(await service().prepare()) }
  await loadDigits().catch(() => {})
}

/** Starts a run with other settings; only the backend may change within a run. */
export async function change(changes: Partial<Settings>): Promise<void> {
  const next = { ...settings.value, ...changes }
  const onlyBackend = sameRun(next, settings.value) && report.value !== undefined
  settings.value = next
  globalThis.history.replaceState(null, '', `#${toFragment(next)}`)
  if (onlyBackend) await changeBackend(next.backend)
  else await restart()
}

/** Starts the run again from its first weights. */
export async function restart(): Promise<void> {
  const own = ++run
  playing.value = false
  trouble.value = ''
  await service().pause()
  const { data, points } = settings.value
  await attempt(own, async () => {
    const empty = data === 'own' && points.length === 0
    const [made, opened] = await Promise.all([
      makeProblem(settings.value),
      empty ? undefined : service().open(settings.value),
    ])
    if (own !== run) return
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

/** Trains until `pause`. */
export async function play(): Promise<void> {
  if (playing.value || !report.value) return
  const own = run
  playing.value = true
  trouble.value = ''
  let [shown, last] = [0, report.value]
  const next = (given: Report) =>
    new Promise<void>((resolve) => {
      requestAnimationFrame((now) => {
        last = given
        if (own === run && (!calm.matches || now - shown >= calmPause)) {
          show(given)
          shown = now
        }
        resolve()
      })
    })
  await attempt(own, () => service().play(speed.value, proxy(next)))
  if (own !== run) return
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

/** Trains on one batch, or to the end of the epoch. */
export async function advance(by: 'batch' | 'epoch'): Promise<void> {
  if (!report.value) return
  const own = run
  await pause()
  await attempt(own, async () => {
    const made = await service().advance(by)
    if (own === run) show(made)
  })
}

async function changeBackend(name: BackendName): Promise<void> {
  const wasPlaying = playing.value
  const own = run
  await pause()
  await settled()
  await attempt(own, async () => {
    const made = await service().switchBackend(name)
    if (own === run) show(made)
  })
  if (wasPlaying && own === run) void play()
}

async function attempt(own: number, task: () => Promise<void>): Promise<void> {
  try {
    await task()
  } catch (error) {
    if (own === run) trouble.value = (error as Error).message
  }
}

/** Waits until the page knows that playing has ended. */
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
  const { refusal } = next.backend
  if (refusal && refusals.value[asked] !== refusal) refusals.value = { ...refusals.value, [asked]: refusal }
  if (sample.value >= next.record.batch.x.length) sample.value = 0
  report.value = next
  if (history.value.steps.at(-1) !== next.step) history.value = withReport(history.value, next)
}

// The weight that was selected may not exist in another network.
function keepSelection({ network }: Report): void {
  const { layer, from, to } = selected.value
  const dense = network[layer]
  if (!dense || from >= dense.inputs || to >= dense.units) selected.value = { layer: 0, from: 0, to: 0 }
}
