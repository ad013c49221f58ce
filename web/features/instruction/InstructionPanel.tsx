import { Button } from 'antd'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listInstructions } from '../../../contract/instruction.ts'
import type { PersonDetail } from '../../../contract/person.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { InstructionStatusTag } from './status.tsx'

const IssueDialog = lazy(() => import('./IssueDialog.tsx'))

/** Instructions to departments about this person; the service centre adds new ones here. */
export function InstructionPanel({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const me = useMe()
  const [issuing, setIssuing] = useState(false)
  const issues = may(me, 'instruction.issue') && person.deceasedAt === null
  const list = useCall(
    listInstructions,
    { query: { view: 'all', personId: person.id, limit: 20 } },
    { enabled: may(me, 'instruction.read') },
  )
  const items = list.data?.items ?? []
  if (items.length === 0 && !issues) return null
  return (
    <section className="panel" aria-label={t('instructions.title')}>
      <div className="panel-head">
        <h2>{t('instructions.title')}</h2>
        {issues && <Button onClick={() => setIssuing(true)}>{t('instructions.issue')}</Button>}
      </div>
      {items.length === 0 ? (
        <p className="secondary small">{t('instructions.noneForPerson')}</p>
      ) : (
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
      )}
      {issuing && (
        <Suspense>
          <IssueDialog person={{ id: person.id, name: person.name }} onClose={() => setIssuing(false)} />
        </Suspense>
      )}
    </section>
  )
}
