// Runs in a thread: prepares the images that are sent to it.
import { parentPort } from 'node:worker_threads'
import { ImageProblem } from '../formats/image-problem.ts'
import type { Reply, Task } from './messages.ts'
import { prepare } from './prepare.ts'

parentPort?.on('message', async ({ id, bytes, preparation }: Task) => {
  const send = (reply: Reply, moved: readonly ArrayBuffer[] = []) => parentPort?.postMessage(reply, moved)
  try {
    const values = await prepare(bytes, preparation)
    send({ id, values }, [values.buffer])
  } catch (error) {
    const { message } = error as Error
    send(error instanceof ImageProblem ? { id, problem: message } : { id, error: message })
  }
})
