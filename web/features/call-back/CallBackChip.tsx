import { useNavigate } from '@tanstack/react-router'
import { Dropdown } from 'antd'
import { type KeyboardEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useShipped } from '../../i18n/useShipped.ts'
import type { CallBack } from '../../../contract/call-back.ts'
import { clock, toLocalInput } from '../../format/time.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { DateField } from '../../ui/fields.ts'

const hour = 3_600_000
/** Shift with an arrow moves the call: up and down by an hour, left and right by a day. */
const steps: Partial<Record<string, number>> = {
  ArrowUp: -hour,
  ArrowDown: hour,
  ArrowLeft: -24 * hour,
  ArrowRight: 24 * hour,
}

type CallBackChipProps = { call: CallBack; busy: boolean; onMove: (at: Date) => void }

/** One call to come: opens its task, or is moved by keys or from its menu. */
export function CallBackChip({ call, busy, onMove }: CallBackChipProps) {
  const { t } = useTranslation()
  const shipped = useShipped()
  const time = useTime()
  const code = useCode()
  const navigate = useNavigate()
  const [choosing, setChoosing] = useState<string | null>(null)
  const at = new Date(call.at)
  const by = (ms: number) => onMove(new Date(at.getTime() + ms))
  const late = new Date(call.dueAt) < at
  const open = () => void navigate({ to: '/desk/$taskId', params: { taskId: String(call.id) } })
  const items = [
    { key: 'open', label: t('callBacks.open'), onClick: open },
    { key: 'earlier', label: t('callBacks.earlier'), onClick: () => by(-hour) },
    { key: 'later', label: t('callBacks.later'), onClick: () => by(hour) },
    { key: 'tomorrow', label: t('callBacks.nextDay'), onClick: () => by(24 * hour) },
    { key: 'choose', label: t('callBacks.choose'), onClick: () => setChoosing(toLocalInput(at)) },
  ]
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.shiftKey ? steps[event.key] : undefined
    if (step === undefined) return
    event.preventDefault()
    by(step)
  }
  return (
    <>
      <Dropdown menu={{ items }} trigger={['click']}>
        <button
          type="button"
          className={`call-chip ${call.agreed ? 'is-agreed' : ''}`}
          disabled={busy}
          aria-keyshortcuts="Shift+ArrowUp Shift+ArrowDown Shift+ArrowLeft Shift+ArrowRight"
          title={[
            time.moment(call.at),
            t(call.agreed ? 'callBacks.agreed' : 'callBacks.planned'),
            shipped(call.title),
            call.departmentName,
            call.assigneeName ?? code('role', call.assigneeRole),
            late && t('callBacks.afterDue'),
          ]
            .filter(Boolean)
            .join(' · ')}
          onKeyDown={onKeyDown}
        >
          <b>{clock(at)}</b> {call.personName}
          {late && <span className="text-danger small"> {t('callBacks.lateMark')}</span>}
          {!call.agreed && <span className="secondary small"> {t('callBacks.plannedMark')}</span>}
        </button>
      </Dropdown>
      {choosing !== null && (
        <FormDialog
          title={t('callBacks.chooseTitle', { name: call.personName })}
          saving={busy}
          onClose={() => setChoosing(null)}
          onSave={() => {
            onMove(new Date(choosing))
            setChoosing(null)
          }}
        >
          <DateField
            label={t('desk.callBackAt')}
            time
            required
            autoFocus
            value={choosing}
            onChange={setChoosing}
          />
        </FormDialog>
      )}
    </>
  )
}
