import {
  BellOutlined,
  CustomerServiceOutlined,
  NodeIndexOutlined,
  PhoneOutlined,
  StopOutlined,
} from '@ant-design/icons'
import { Button } from 'antd'
import { Suspense, lazy, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PersonDetail } from '../../../contract/person.ts'
import { may, useMe } from '../../session.tsx'
import { LinkButton } from '../../ui/LinkButton.tsx'
import type { Revealed } from './RevealDialog.tsx'

const IssueDialog = lazy(() => import('../instruction/IssueDialog.tsx'))
const RevealDialog = lazy(() => import('./RevealDialog.tsx'))
const dialogs = {
  enroll: lazy(async () => ({ default: (await import('./dialogs.tsx')).EnrollDialog })),
  received: lazy(async () => ({ default: (await import('./dialogs.tsx')).ReceivedDialog })),
  optOut: lazy(async () => ({ default: (await import('./dialogs.tsx')).OptOutDialog })),
  issue: IssueDialog,
}

type PersonActionsProps = { person: PersonDetail; onRevealed: (revealed: Revealed) => void }

/** What one does with a person, always in sight. A call belongs to the task that waits; without one the number is shown. */
export function PersonActions({ person, onRevealed }: PersonActionsProps) {
  const { t } = useTranslation()
  const me = useMe()
  const [open, setOpen] = useState<keyof typeof dialogs | 'call' | null>(null)
  const close = () => setOpen(null)
  const { nextTask, abilities, deceased } = person
  const Opened = open === null || open === 'call' ? null : dialogs[open]
  return (
    <div className="button-line person-actions no-print">
      {!deceased && nextTask && may(me, 'task.work') ? (
        <LinkButton
          color="primary"
          variant="solid"
          icon={<PhoneOutlined aria-hidden />}
          to="/desk/$taskId"
          params={{ taskId: String(nextTask.id) }}
        >
          {t('person.call')}
        </LinkButton>
      ) : (
        !deceased &&
        abilities.reveal && (
          <Button type="primary" icon={<PhoneOutlined aria-hidden />} onClick={() => setOpen('call')}>
            {t('person.call')}
          </Button>
        )
      )}
      {abilities.write && (
        <Button icon={<CustomerServiceOutlined aria-hidden />} onClick={() => setOpen('received')}>
          {t('person.received')}
        </Button>
      )}
      {abilities.enroll && !deceased && (
        <Button icon={<NodeIndexOutlined aria-hidden />} onClick={() => setOpen('enroll')}>
          {t('person.enroll')}
        </Button>
      )}
      {may(me, 'instruction.issue') && !deceased && (
        <Button icon={<BellOutlined aria-hidden />} onClick={() => setOpen('issue')}>
          {t('instructions.issue')}
        </Button>
      )}
      {abilities.write && (
        <Button icon={<StopOutlined aria-hidden />} onClick={() => setOpen('optOut')}>
          {t('person.optOutAdd')}
        </Button>
      )}
      <Suspense fallback={null}>
        {Opened && <Opened person={person} onClose={close} />}
        {open === 'call' && (
          <RevealDialog
            personId={person.id}
            fields={['telecoms']}
            firstReason="call"
            onClose={close}
            onRevealed={onRevealed}
          />
        )}
      </Suspense>
    </div>
  )
}
