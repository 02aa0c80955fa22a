import { halfWidth } from '../problems/generators.ts'
import {
  activations,
  backends,
  dataNames,
  defaults,
  type HiddenLayer,
  limits,
  type OwnPoint,
  optimizers,
  type Settings,
} from './settings.ts'

/** Settings as the fragment of an address, without the `#`. Settings with default values are left out. */
export function toFragment(settings: Settings): string {
  const texts = toTexts(settings)
  const usual = toTexts(defaults)
  return Object.entries(texts)
    .filter(([key, text]) => text !== usual[key])
    .map(([key, text]) => `${key}=${encodeURIComponent(text).replaceAll('%2C', ',').replaceAll('%3A', ':')}`)
    .join('&')
}

/** The settings in a fragment. Missing and invalid values become defaults, so every address is valid. */
export function fromFragment(fragment: string): Settings {
  const given = new URLSearchParams(fragment.replace(/^#/, ''))
  const number = (key: string, usual: number, low: number, high: number, whole = false) => {
    const value = numberOf(given.get(key) ?? '')
    if (!Number.isFinite(value)) return usual
    return Math.min(high, Math.max(low, whole ? Math.round(value) : value))
  }
  const choice = <T extends string>(key: string, all: readonly T[], usual: T): T =>
    all.find((name) => name === given.get(key)) ?? usual
  return {
    data: choice('data', dataNames, defaults.data),
    layers: given.has('layers') ? readLayers(given.get('layers')!) : defaults.layers,
    optimizer: choice('optimizer', optimizers, defaults.optimizer),
    learningRate: number('rate', defaults.learningRate, ...limits.learningRate),
    batchSize: number('batch', defaults.batchSize, 1, limits.batchSize, true),
    noise: number('noise', defaults.noise, 0, 1),
    trainShare: number('train', defaults.trainShare, ...limits.trainShare),
    seed: number('seed', defaults.seed, 0, 2 ** 31 - 1, true),
    backend: choice('backend', backends, defaults.backend),
    points: readPoints(given.get('points') ?? ''),
  }
}

function toTexts({ layers, points, ...rest }: Settings): Record<string, string> {
  return {
    data: rest.data,
    layers: layers.map(({ units, activation }) => `${units}:${activation}`).join(','),
    optimizer: rest.optimizer,
    rate: String(rest.learningRate),
    batch: String(rest.batchSize),
    noise: String(rest.noise),
    train: String(rest.trainShare),
    seed: String(rest.seed),
    backend: rest.backend,
    points: rest.data === 'own' ? points.map((point) => point.join(':')).join(',') : '',
  }
}

/** The number that a text stands for; NaN for an empty one. */
function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text)
}

function readLayers(text: string): HiddenLayer[] {
  const layers = text.split(',').flatMap((part): HiddenLayer[] => {
    const [units, name] = part.split(':')
    const activation = activations.find((known) => known === name)
    const count = Math.round(numberOf(units!))
    return activation && count >= 1 ? [{ units: Math.min(count, limits.units), activation }] : []
  })
  return layers.slice(0, limits.layers)
}

function readPoints(text: string): OwnPoint[] {
  const points = text.split(',').flatMap((part): OwnPoint[] => {
    const [x, y, label] = part.split(':').map(numberOf)
    const inside = Math.abs(x ?? Number.NaN) <= halfWidth && Math.abs(y ?? Number.NaN) <= halfWidth
    return inside && (label === 0 || label === 1) ? [[x!, y!, label]] : []
  })
  return points.slice(0, limits.points)
}
