import type { ProofClass } from '../../../contract/task.ts'
import { useCode } from '../../i18n/useCode.ts'
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx'

const tones: Record<ProofClass, Tone> = {
  'call-record': 'success',
  reply: 'success',
  'visit-note': 'success',
  document: 'info',
  stated: 'warning',
}

/** What proves a result, by word and colour; nothing while there is no result. */
export function ProofTag({ proof }: { proof: ProofClass | null | undefined }) {
  const code = useCode()
  if (!proof) return null
  return <StatusTag tone={tones[proof]}>{code('evidence', proof)}</StatusTag>
}
