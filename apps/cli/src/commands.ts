// Each export adds a command to the program. A new command is a file and a line here.
export { backendsCommand } from './backends/backends-command.ts'
export { compareCommand } from './compare/compare-command.ts'
export { configCommand } from './config/config-command.ts'
export { convertCommand } from './convert/convert-command.ts'
export { exportCommand } from './export/export-command.ts'
export { inspectCommand } from './inspect/inspect-command.ts'
export { reportCommand } from './report/report-command.ts'
export { trainCommand } from './train/train-command.ts'
