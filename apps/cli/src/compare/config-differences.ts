/** A place at which configs differ, with the value of each as JSON; undefined where a config has none. */
export interface Difference {
  readonly place: string
  readonly values: readonly (string | undefined)[]
}

/** Returns the places at which configs differ, such as `model.layers[0].units`, without those in `ignored`. */
export function differencesOf(configs: readonly object[], ignored: readonly string[] = []): Difference[] {
  const flat = configs.map((config) => new Map(leavesOf(config, '')))
  const places = [...new Set(flat.flatMap((leaves) => [...leaves.keys()]))].filter((place) => !ignored.includes(place))
  return places
    .map((place) => ({ place, values: flat.map((leaves) => leaves.get(place)) }))
    .filter(({ values }) => new Set(values).size > 1)
}

// a list of numbers or names is one value
function leavesOf(value: unknown, place: string): [string, string][] {
  if (Array.isArray(value) && value.some((entry) => entry !== null && typeof entry === 'object')) {
    return value.flatMap((entry, index) => leavesOf(entry, `${place}[${index}]`))
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [[place, JSON.stringify(value) ?? '']]
  return Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .flatMap(([key, entry]) => leavesOf(entry, place === '' ? key : `${place}.${key}`))
}
