import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { listInstructions } from '../../../contract/instruction.ts'
import type { PersonDetail } from '../../../contract/person.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { InstructionStatusTag } from './status.tsx'

/** Instructions to departments about this person. */
export function InstructionPanel({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const me = useMe()
  const list = useCall(
    listInstructions,
    { query: { view: 'all', personId: person.id, limit: 20 } },
    { enabled: may(me, 'instruction.read') },
  )
  const items = list.data?.items ?? []
  if (items.length === 0) return null
  return (
    <section className="panel" aria-label={t('instructions.title')}>
      <div className="panel-head">
        <h2>{t('instructions.title')}</h2>
      </div>
      <ul className="row-list">
        {items.map((one) => (
          <li key={one.id}>
            <div>
              <Link to="/instructions" search={{ view: 'all', open: String(one.id) }}>
                {code('instructionReason', one.reason)}
              </Link>{' '}
              <InstructionStatusTag instruction={one} />
              <p className="small">{one.text}</p>
              <p className="secondary small">
                {one.departmentName} · <TimeText at={one.dueAt} />
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
