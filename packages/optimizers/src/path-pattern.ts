import { ConfigError } from '@gradus/core'

/** The path of a parameter in Keras's form: `dense/kernel` for `dense.kernel`. */
export function kerasPath(path: string): string {
  return path.replaceAll('.', '/')
}

/** A regular expression for paths. Throws `ConfigError` that names the option for text that is none. */
export function pathPattern(owner: string, option: string, text: string): RegExp {
  try {
    return new RegExp(text)
  } catch (error) {
    throw new ConfigError(
      `${owner}: '${text}' in '${option}' is not a regular expression (${(error as Error).message}). Write \\ before characters such as ( and [ that stand for themselves.`,
    )
  }
}
