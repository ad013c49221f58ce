import type { IntakeMessage } from '../../../contract/intake.ts'
import { useCode } from '../../i18n/useCode.ts'
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx'

const tones: Record<IntakeMessage['status'], Tone> = {
  received: 'primary',
  applied: 'success',
  dead: 'danger',
  ignored: 'neutral',
  rejected: 'warning',
}

export function IntakeStatusTag({ status }: { status: IntakeMessage['status'] }) {
  const code = useCode()
  return <StatusTag tone={tones[status]}>{code('intakeStatus', status)}</StatusTag>
}
