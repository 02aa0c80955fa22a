import { type Command, InvalidArgumentError, Option } from 'commander'

/** The value of a flag as a number. Throws `InvalidArgumentError`, which becomes a usage error. */
export function parseNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Expected a number.')
  return value
}

/** Returns the parser of a flag that is a whole number from `low` to `high`. */
export function wholeNumber(low: number, high = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= low && value <= high) return value
    throw new InvalidArgumentError(
      `Expected a whole number from ${low}${high < Number.MAX_SAFE_INTEGER ? ` to ${high}` : ''}.`,
    )
  }
}

/** The parser of a flag that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}

/** The models that a run folder has: the one of the best epoch, and the one that training left. */
export type Which = 'best' | 'last'

/** Adds `--which` to a command that opens a model. */
export function addWhich(command: Command): Command {
  return command.addOption(
    new Option('--which <model>', 'which model of a run (default best)').choices(['best', 'last']),
  )
}

/** Adds `--plugin` to a command that needs the classes of a config or a model. */
export function addPlugins(command: Command): Command {
  return command.option(
    '--plugin <module>',
    'a module with classes of your own, a file or a package, in place of those of the config; repeatable',
    collect,
  )
}

/** Adds `--backend` to a command that computes with a model. */
export function addBackend(command: Command): Command {
  return command.option('--backend <name>', 'where to compute (default the fastest that starts here)')
}
