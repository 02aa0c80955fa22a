import { type AnyDefinition, ConfigError, describeValue, isPlainObject } from '@gradus/core'
import type { LoadOptions, NameResolver } from '@gradus/models'
import type { StandardNames } from './names.ts'
import { standard } from './standard.ts'

/** Classes and functions of the program by name. */
export type CustomObjects = NonNullable<LoadOptions<StandardNames>['customObjects']>

type CustomObject = CustomObjects[string]

/** What was registered, by its name with the package. */
const registered = new Map<string, CustomObject>()
/** The objects of the scopes that are open, the innermost last. */
const scopes: CustomObjects[] = []

/** Options of `registerKerasSerializable`. */
export interface RegisterOptions {
  /** The package, which separates equal names of different origin (default `Custom`). */
  readonly package?: string
  /** The name (default that of the class or function). */
  readonly name?: string
}

/**
 * Registers a class or function of the program, so that `loadModel`, `fromSpec` and `modelFromJson` find it: called as a function of the
 * class, or as a decorator. Without it, give the class in `customObjects`, or a registry. Throws `ConfigError` for values that cannot be in a
 * file and for a name that another object has. Keras: `keras.saving.register_keras_serializable`.
 *
 * @example
 * import { abs, mean, sub } from 'gradus/ops'
 * import { getRegisteredName, registerKerasSerializable } from 'gradus/utils'
 * const distance = (yTrue, yPred) => mean(abs(sub(yTrue, yPred)), { axis: -1 })
 * registerKerasSerializable({ package: 'my_package' })(distance)
 * getRegisteredName(distance) // => 'my_package>distance'
 */
export function registerKerasSerializable({
  package: owner = 'Custom',
  name,
}: RegisterOptions = {}): <O extends CustomObject>(object: O, context?: unknown) => O {
  return (object) => {
    if (typeof object !== 'function')
      throw new ConfigError(
        `registerKerasSerializable registers classes and functions, and was given ${describeValue(object)}.`,
      )
    const key = `${owner}>${name ?? nameOf(object)}`
    const other = registered.get(key)
    if (other && other !== object)
      throw new ConfigError(`Another class or function is registered as '${key}'. Give another package or name.`)
    registered.set(key, object)
    return object
  }
}

/** The name under which an object is registered, as `package>name`; of others their own name. Keras: `get_registered_name`. */
export function getRegisteredName(object: CustomObject): string {
  for (const [name, known] of registered) if (known === object) return name
  return nameOf(object)
}

/** The object that is registered as `package>name`, or in an open scope under its name. Keras: `get_registered_object`. */
export function getRegisteredObject(name: string): CustomObject | undefined {
  return registered.get(name) ?? getCustomObjects()[name]
}

/** All registered objects and those of open scopes, by their names without packages. Keras: `get_custom_objects`. */
export function getCustomObjects(): CustomObjects {
  const named = [...registered].map(([name, object]) => [name.slice(name.indexOf('>') + 1), object] as const)
  return Object.assign({}, Object.fromEntries(named), ...scopes) as CustomObjects
}

/**
 * Makes classes and functions known to `loadModel` while `run` runs. Returns what `run` returns. Keras: `custom_object_scope`.
 *
 * @example
 * import { customObjectScope, getCustomObjects } from 'gradus/utils'
 * const half = (yTrue, yPred) => yPred
 * await customObjectScope({ half }, () => 'half' in getCustomObjects()) // => true
 */
export async function customObjectScope<R>(objects: CustomObjects, run: () => R): Promise<Awaited<R>> {
  if (!isPlainObject(objects))
    throw new ConfigError(
      `customObjectScope takes classes and functions by name, as in { MyLayer }, and got ${describeValue(objects)}.`,
    )
  scopes.push(objects)
  try {
    return await run()
  } finally {
    scopes.splice(scopes.lastIndexOf(objects), 1)
  }
}

/** The standard registry with the classes that were registered. */
export function currentRegistry(): NameResolver {
  const classes = Object.values(getCustomObjects()).filter((object) => 'kind' in object)
  const added = new Set(classes as AnyDefinition[])
  return (added.size > 0 ? standard.with(...added) : standard) as NameResolver
}

function nameOf(object: CustomObject): string {
  return 'type' in object && typeof object.type === 'string' ? object.type : object.name
}
