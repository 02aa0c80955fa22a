/** Whether an operation on the device succeeded, such as the creation of a shader, which is known only later. */
export class DeviceCheck {
  state: 'pending' | 'passed' | 'failed' = 'pending'
  message = ''
  readonly settled: Promise<void>

  /** `check` resolves to the message of a failure, or to undefined. */
  constructor(check: Promise<string | undefined>) {
    this.settled = check.then((message) => {
      this.state = message === undefined ? 'passed' : 'failed'
      this.message = message ?? ''
    })
  }
}

/**
 * Performs work in error scopes of the given kinds. The check fails if the device reports an error, with a message that
 * names `what`.
 */
export function watched<T>(
  device: GPUDevice,
  filters: readonly GPUErrorFilter[],
  what: string,
  work: () => T,
): { readonly result: T; readonly check: DeviceCheck } {
  for (const filter of filters) device.pushErrorScope(filter)
  let result: T
  let scopes: readonly Promise<GPUError | null>[] = []
  try {
    result = work()
  } finally {
    // the loss of the device is reported elsewhere
    scopes = filters.map(() => device.popErrorScope().catch(() => null))
  }
  const check = Promise.all(scopes).then((errors) => {
    const found = errors.find((error) => error)
    return found ? `${what}: ${found.message}` : undefined
  })
  return { result, check: new DeviceCheck(check) }
}
