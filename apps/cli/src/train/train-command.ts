import { type Command, Option } from 'commander'
import { addConfigFlags } from '../config/config-flags.ts'
import { argumentTexts, jsonOption, minAccuracyOption, runsFolderOption } from '../flags.ts'
import type { Terminal } from '../terminal.ts'
import type { TrainFlags } from './run.ts'
import { train } from './train.ts'

const examples = `
Examples:
  gradus train houses.csv --target price        chooses the model by the rows, and says each choice
  gradus train config.yaml --epochs 40          trains as a config says
  gradus train --resume runs/houses-1           goes on where a run stopped`

/** Adds `gradus train`. */
export function trainCommand(program: Command, terminal: Terminal): void {
  addConfigFlags(program.command('train').argument('[source]', `${argumentTexts.config}; or ${argumentTexts.rows}`))
    .description('train a model on a file of rows or as a config says, and save the run in a folder')
    .addOption(runsFolderOption())
    .option('--resume <run>', 'continue a run exactly where it stopped')
    .option('--data-changed', 'with --resume: the data may differ from those with which the run began')
    .option('--plugins-changed', 'with --resume: the plug-ins may differ from those with which the run began')
    .option('--allow-outside', 'the config may write outside the run folder; only for configs that you trust')
    .addOption(minAccuracyOption())
    .addOption(jsonOption({ about: 'print one JSON document at the end', log: true }).conflicts('jsonl'))
    .option('--jsonl', 'print one JSON event per line during training; the log goes to stderr')
    .addOption(new Option('--quiet', 'no log').conflicts('verbose'))
    .option('--verbose', 'a longer log: the config, and a progress bar on a terminal')
    .option('--no-progress', 'a line per epoch instead of a progress bar')
    .action((source: string | undefined, flags: TrainFlags) => train(source, flags, terminal))
    .addHelpText('after', examples)
}
