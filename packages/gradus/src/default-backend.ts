import { cpu } from '@gradus/backend-cpu'
import { hasBackend, useBackend } from '@gradus/tensor'

/** Chooses the cpu backend where none was chosen. Called when a model is made, so that importing chooses nothing. */
export function ensureBackend(): void {
  if (!hasBackend()) void useBackend(cpu())
}
