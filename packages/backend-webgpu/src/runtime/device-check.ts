/** Something that may turn out to have failed on the device, such as the making of a shader. */
export class DeviceCheck {
  state: 'pending' | 'good' | 'failed' = 'pending'
  message = ''
  readonly settled: Promise<void>

  /** `check` tells what went wrong, or nothing. */
  constructor(check: Promise<string | undefined>) {
    this.settled = check.then((message) => {
      this.state = message === undefined ? 'good' : 'failed'
      this.message = message ?? ''
    })
  }
}

/** Does something on the device; the cause says whether the device refused it, by errors of the kinds that are named, and `what`. */
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
    // a device that is lost says so elsewhere
    scopes = filters.map(() => device.popErrorScope().catch(() => null))
  }
  const check = Promise.all(scopes).then((errors) => {
    const found = errors.find((error) => error)
    return found ? `${what}: ${found.message}` : undefined
  })
  return { result, check: new DeviceCheck(check) }
}
