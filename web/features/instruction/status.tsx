import type { Instruction } from '../../../contract/instruction.ts'
import { useTranslation } from 'react-i18next'
import { useCode } from '../../i18n/useCode.ts'
import { ClockTags } from '../../ui/ClockTags.tsx'
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx'

const tones: Record<Instruction['status'], Tone> = {
  issued: 'primary',
  executed: 'info',
  submitted: 'warning',
  filed: 'success',
  withdrawn: 'neutral',
}

/** How far it has come, and whether it was or is late. */
export function InstructionStatusTag({ instruction }: { instruction: Instruction }) {
  const { t } = useTranslation()
  const code = useCode()
  const { status, late, round } = instruction
  return (
    <span className="tag-line">
      <StatusTag tone={tones[status]}>{code('instructionStatus', status)}</StatusTag>
      <ClockTags clock={instruction.clock} late={late} />
      {round > 1 && <span className="secondary small">{t('instructions.round', { n: round })}</span>}
    </span>
  )
}
