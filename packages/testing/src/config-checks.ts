import { type Configured, type Field, type FieldDescription, fieldsOf } from '@gradus/core'
import { type Check, demand, errorOf } from './check.ts'
import { refusesUnknownOptions, roundTrip } from './round-trip.ts'

type ConfiguredClass = new (config?: object) => Configured

/**
 * The requirements of a class as something with options, as checks for any test runner: the config survives JSON; without options
 * the class is complete, or the error names the option that is missing; unknown options and options of a wrong type are refused
 * with an error that names them; undefined means that an option is not set. `make` makes an instance with a valid config.
 *
 * @example
 * import { Schedule } from '@gradus/core'
 * import { mul } from '@gradus/tensor'
 * import { configChecks, runChecks } from '@gradus/testing/checks'
 * class Linear extends Schedule {
 *   static type = 'acme/Linear'
 *   static fields = { slope: { type: 'number', default: 1 } }
 *   value(iteration) {
 *     return mul(iteration, this.options.slope)
 *   }
 * }
 * const outcomes = await runChecks(configChecks(() => new Linear({ slope: 2 })))
 * outcomes.filter(({ status }) => status !== 'passed') // => []
 */
export function configChecks(make: () => Configured): Check[] {
  return [{ name: 'its config survives JSON', run: () => void roundTrip(make()) }, ...optionChecks(make)]
}

/** The checks of the options alone, for suites that have one of the config. */
export function optionChecks(make: () => Configured): Check[] {
  const check = (name: string, run: (instance: Configured) => void): Check => ({ name, run: () => run(make()) })
  return [
    check('an unknown option is refused', refusesUnknownOptions),
    check('without options it is complete, or the error names what is missing', refusesMissingOptions),
    check('options of a wrong type are refused', refusesWrongTypes),
    check('undefined means that an option is not set', takesUndefined),
  ]
}

function classOf(instance: Configured): ConfiguredClass {
  return instance.constructor as unknown as ConfiguredClass
}

/** The described options of a class with their descriptions. */
function describedFields(instance: Configured): [name: string, field: FieldDescription][] {
  const fields = Object.entries(fieldsOf(classOf(instance)) ?? {})
  return fields.map(([name, field]) => [name, descriptionOf(field)])
}

function descriptionOf(field: Field): FieldDescription {
  return typeof field === 'string' || Array.isArray(field) ? { type: field as string } : (field as FieldDescription)
}

/** Throws unless a class without its required options throws an error that names the class and one of them. */
function refusesMissingOptions(instance: Configured): void {
  const Class = classOf(instance)
  const required = describedFields(instance).flatMap(([name, field]) => (field.required ? [name] : []))
  for (const args of [[], [{}]] as const) {
    let error: unknown
    try {
      new Class(...args)
    } catch (thrown) {
      error = thrown
    }
    if (error === undefined) {
      demand(required.length === 0, `new ${instance.type}() works, and ${required.join(', ')} should be required.`)
      continue
    }
    const { name, message } = error as Error
    demand(
      name === 'ConfigError' && message.includes(instance.type) && required.every((one) => !/^\W*$/.test(one)),
      `new ${instance.type}() should throw a ConfigError that names ${instance.type}: ${name}: ${message}`,
    )
    demand(
      required.length === 0 || required.some((one) => message.includes(`'${one}'`)),
      `The error of new ${instance.type}() should name ${required.join(' or ')}: ${message}`,
    )
  }
}

/** Throws unless a value that no option can have is refused for each option with a type, with an error that names the option. */
function refusesWrongTypes(instance: Configured): void {
  const Class = classOf(instance)
  for (const [name, { type, oneOf }] of describedFields(instance)) {
    const types = [type ?? 'unknown'].flat() as readonly string[]
    if (!oneOf && types.includes('unknown')) continue
    const label = `new ${instance.type}({ ${name}: new Map() })`
    const error = errorOf(label, () => new Class({ ...instance.config, [name]: new Map([['a', 1]]) }))
    demand(
      error.name === 'ConfigError' && error.message.includes(`'${name}'`) && error.message.includes(instance.type),
      `${label} should throw a ConfigError that names the option: ${error.name}: ${error.message}`,
    )
  }
}

/** Throws unless each option that is not required may be undefined. */
function takesUndefined(instance: Configured): void {
  const Class = classOf(instance)
  for (const [name, { required }] of describedFields(instance)) {
    if (required || instance.config[name as keyof object] !== undefined) continue
    const copy = new Class({ ...instance.config, [name]: undefined })
    demand(
      JSON.stringify(copy.toSpec()) === JSON.stringify(instance.toSpec()),
      `${instance.type} with ${name}: undefined has another spec than without it.`,
    )
  }
}
