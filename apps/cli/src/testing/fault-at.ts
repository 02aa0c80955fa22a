// Kills the process at file operation number GRADUS_KILL_AT, counted from 1. Loaded with `node --import`.
import { watchOperations } from './file-operations.ts'

const at = Number(process.env.GRADUS_KILL_AT)
let count = 0

await watchOperations(() => {
  if (++count === at) process.kill(process.pid, 'SIGKILL')
})
