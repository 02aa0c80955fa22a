import { type Command, Option } from 'commander'
import { addConfigFlags } from '../config/config-flags.ts'
import { argumentTexts, collect, jsonOption, runsFolderOption, wholeNumber } from '../flags.ts'
import type { Terminal } from '../terminal.ts'
import { type AllFlags, tune } from './tune.ts'
import { defaults, methods } from './tune-schema.ts'

/** Adds `gradus tune`. */
export function tuneCommand(program: Command, terminal: Terminal): void {
  const command = program.command('tune').argument('[config]', argumentTexts.config)
  addConfigFlags(command)
    .description('train a config with different values, and find the best ones')
    .option('--space <place=values>', 'values to try at a place of the config; repeatable', collect)
    .addOption(new Option('--method <name>', `how trials are chosen (default ${defaults.method})`).choices(methods))
    .option(
      '--trials <count>',
      `the number of random trials (default ${defaults.trials}), or the most of a grid`,
      wholeNumber(1),
    )
    .option('--metric <name>', 'the figure that is compared (default val_loss, or loss without validation)')
    .addOption(new Option('--mode <direction>', 'whether lower or higher is better').choices(['min', 'max']))
    .option('--max-epochs <count>', 'the epochs of a trial (default fit.epochs)', wholeNumber(1))
    .option(
      '--factor <number>',
      `Hyperband trains the best 1/factor of its trials further (default ${defaults.factor})`,
      wholeNumber(2),
    )
    .option('--workers <count>', 'the number of processes that train at a time', wholeNumber(1), 1)
    .addOption(runsFolderOption())
    .option('--resume <folder>', 'continue a search; trials that are complete are not trained again')
    .addOption(jsonOption({ about: 'print one JSON document at the end', log: true }))
    .addHelpText(
      'after',
      `
A place is a path in the config; its values are a list, or a range: {log: [1e-4, 1e-1]}, {uniform: [0, 1]}, {integer: [1, 4]} or
{logInteger: [8, 512]}. The config may have them as tune.space. --seed determines the trials.

Examples:
  gradus tune config.yaml --space 'optimizer.learningRate={log: [1e-4, 1e-1]}' --trials 10
  gradus tune config.yaml --space 'model.layers[0].units=[16, 32, 64]' --method grid --workers 2`,
    )
    .action((config: string | undefined, flags: AllFlags) => tune(config, flags, terminal))
}
