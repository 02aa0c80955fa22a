import { Command, InvalidArgumentError, Option } from 'commander'
import { stringify } from 'yaml'
import { listBackends } from './backends.ts'
import { configJsonSchema } from './config/config-schema.ts'
import { type ConfigFlags, resolveConfig } from './config/resolve-config.ts'
import type { Terminal } from './terminal.ts'
import { type TrainFlags, train } from './train/train.ts'
import { ownVersion } from './version.ts'

/** The commands and their flags. Nothing is run before `parseAsync`. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('gradus')
    .description('Trains neural networks from the command line.')
    .version(ownVersion())
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out.write(text), writeErr: (text) => terminal.err.write(text) })
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      `\nExit codes: 0 ok, 1 unexpected, 2 usage or config, 3 data or model file, 4 diverged, 5 backend not\navailable, 6 target not met, 130 interrupted.`,
    )

  const trainCommand = configFlags(program.command('train').argument('[config]', 'a .json, .yaml or .ts file'))
    .description('train by a config; leaves a run folder')
    .option('--out <folder>', 'where run folders are made (GRADUS_OUT; default runs)')
    .option('--resume <run>', 'go on with a run, exactly where it stopped')
    .option('--min-accuracy <value>', 'end with exit code 6 below this accuracy', number)
    .addOption(new Option('--json', 'print one JSON document at the end; the log goes to stderr').conflicts('jsonl'))
    .option('--jsonl', 'print one JSON event per line as they happen; the log goes to stderr')
    .addOption(new Option('--quiet', 'no log').conflicts('verbose'))
    .option('--verbose', 'more log: the config, and a progress bar on a terminal')
    .option('--no-progress', 'a line per epoch instead of a progress bar')
  debugFlag(trainCommand).action((config: string | undefined, flags: TrainFlags) => train(config, flags, terminal))

  const backends = program
    .command('backends')
    .description('list the backends, which are available, and which one would be taken')
  debugFlag(backends.option('--json', 'print JSON')).action(async ({ json }: { json?: boolean }) => {
    const list = await listBackends()
    terminal.out.write(json ? `${JSON.stringify({ version: 1, backends: list }, null, 2)}\n` : formatBackends(list))
  })

  const config = program.command('config').description('look at configs').helpCommand(false)
  const print = configFlags(config.command('print').argument('<config>', 'a .json, .yaml or .ts file'))
    .description('print a config in full: defaults, environment and flags included')
    .option('--json', 'print JSON instead of YAML')
  debugFlag(print).action(async (file: string, flags: ConfigFlags & { json?: boolean }) => {
    const resolved = (await resolveConfig(file, flags, terminal)).config
    terminal.out.write(flags.json ? `${JSON.stringify(resolved, null, 2)}\n` : stringify(resolved))
  })
  debugFlag(config.command('schema').description('print the JSON Schema of configs')).action(() => {
    terminal.out.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`)
  })
  return program
}

function configFlags(command: Command): Command {
  return command
    .option('--data <file>', 'the CSV file to train on (GRADUS_DATA)')
    .option('--epochs <count>', 'the number of epochs (GRADUS_EPOCHS)', number)
    .option(
      '--set <place=value>',
      'set a value of the config, such as optimizer.learningRate=0.01; repeatable',
      collect,
    )
    .option('--backend <name>', 'where to compute: auto, wasm, cpu, webgpu (GRADUS_BACKEND)')
    .option('--seed <number>', 'decides first weights, shuffling and dropout (GRADUS_SEED)', number)
}

function debugFlag(command: Command): Command {
  return command.option('--debug', 'show stack traces of errors')
}

function number(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Expected a number.')
  return value
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}

function formatBackends(list: Awaited<ReturnType<typeof listBackends>>): string {
  const width = Math.max(...list.map(({ name }) => name.length))
  const lines = list.map(({ name, about, available, reason, chosen }) => {
    const state = available ? (chosen ? 'available, taken by default' : 'available') : `not available: ${reason}`
    return `${name.padEnd(width)}  ${about}; ${state}\n`
  })
  const rule =
    'Without --backend, or with --backend auto: wasm where WebAssembly compiles, else cpu. webgpu only by name.'
  return `${lines.join('')}\n${rule}\n`
}
