import { ConfigError, requireBounded } from '@gradus/core'
import { parse } from 'yaml'
import { checkConfig } from '../config/config-problems.ts'
import { override } from '../config/overrides.ts'
import type { Given } from '../config/resolve-config.ts'
import { shortened } from '../text/shortened.ts'
import { hasValidation } from '../train/data-plan.ts'
import { higherIsBetter } from '../train/epoch-records.ts'
import { trialsOf } from './search.ts'
import { defaults, maxTrials, spaceSchema, type TuneConfig } from './tune-schema.ts'
import type { Settings } from './tune-state.ts'

/** The flags of `gradus tune` that replace options of the config. */
export interface TuneFlags extends Omit<TuneConfig, 'space'> {
  readonly space?: readonly string[]
}

/** Completes the options of a search. Throws `ConfigError` for those that are missing or do not fit each other. */
export function settingsOf(given: Given, flags: TuneFlags): Settings {
  const { tune = {}, fit } = given
  const {
    method = tune.method ?? defaults.method,
    trials = tune.trials,
    factor = tune.factor ?? defaults.factor,
  } = flags
  const space = flags.space ? Object.assign({}, ...flags.space.map(parseSpace)) : tune.space
  if (!space) {
    throw new ConfigError(
      "There is nothing to try: the config has no tune.space. Add one, or give --space 'optimizer.learningRate={log: [1e-4, 1e-1]}'.",
    )
  }
  const maxEpochs = flags.maxEpochs ?? tune.maxEpochs ?? fit?.epochs ?? null
  if (method === 'hyperband' && maxEpochs === null) {
    throw new ConfigError(
      'Hyperband needs the number of epochs of its longest trials. Give --max-epochs 27, or set fit.epochs.',
    )
  }
  if (trials !== undefined && trials > maxTrials) {
    throw new ConfigError(`A search has at most ${maxTrials} trials, and got --trials ${trials}.`)
  }
  if (method === 'hyperband' && trials !== undefined) {
    throw new ConfigError(
      'The number of trials of Hyperband follows from --max-epochs and --factor. Leave out --trials.',
    )
  }
  const metric = flags.metric ?? tune.metric ?? (hasValidation(given) ? 'val_loss' : 'loss')
  const mode = flags.mode ?? tune.mode ?? (higherIsBetter(metric) ? 'max' : 'min')
  const seed = flags.seed ?? tune.seed ?? given.seed
  return { space, method, trials: trials ?? null, metric, mode, seed, maxEpochs, factor }
}

/** `place=values` of `--space`, where the values are YAML. */
function parseSpace(text: string): object {
  const at = text.indexOf('=')
  const expected = "expected a place and its values, such as --space 'model.layers[0].units=[16, 32]'"
  if (at <= 0) throw new ConfigError(`--space ${shortened(text)}: ${expected}.`)
  let values: unknown
  try {
    values = parse(text.slice(at + 1), { logLevel: 'error' })
    requireBounded(values, '--space')
  } catch (cause) {
    throw new ConfigError(`--space ${shortened(text)}: the values cannot be read: ${(cause as Error).message}`, {
      cause,
    })
  }
  const space = { [text.slice(0, at).trim()]: values }
  if (spaceSchema.safeParse(space).success) return space
  throw new ConfigError(
    `--space ${shortened(text)}: expected a list of values, or { log: [1e-4, 1e-1] }, { uniform: [0, 1] }, { integer: [1, 4] } or { logInteger: [8, 512] } with the lower number first.`,
  )
}

/** The parts of a config that `train` chooses where they are left out, and that have options of a class. */
const chosenKeys = ['model', 'optimizer', 'loss', 'metrics', 'callbacks']

/** Throws `ConfigError` where a value of the space does not fit the form of the config, before anything is trained. */
export function requireFitting(config: Record<string, unknown>, settings: Settings): void {
  for (const place of Object.keys(settings.space)) {
    const [key = ''] = place.split(/[.[]/, 1)
    if (config[key] !== undefined || !chosenKeys.includes(key)) continue
    throw new ConfigError(
      `tune.space: ${place} is to be tried, and the config has no '${key}': train chooses it by the rows. Train once, and tune the config of that run: gradus tune runs/<name>-1/config.json.`,
    )
  }
  const tried = new Set<string>()
  for (const values of trialsOf(settings)) {
    const entries = Object.entries(values)
    const isNew = entries.filter(([place, value]) => !tried.has(`${place} ${JSON.stringify(value)}`))
    if (isNew.length === 0) continue
    for (const [place, value] of isNew) tried.add(`${place} ${JSON.stringify(value)}`)
    let changed: Record<string, unknown>
    try {
      changed = override(config, entries)
    } catch (cause) {
      throw new ConfigError((cause as Error).message.replace(/^--set/, 'tune.space:'), { cause })
    }
    checkConfig(
      changed,
      `a trial with ${entries.map(([place, value]) => `${place}=${JSON.stringify(value)}`).join(' ')}`,
    )
  }
}
