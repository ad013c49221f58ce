import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listBookingRefusals } from '../../../contract/booking.ts'
import { useCall } from '../../query.ts'
import { PlainTable } from '../../ui/PlainTable.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import './appointment.css'

const few = 20
const many = 200

/** Limits of web booking that were hit, for whoever looks after schedules: closed until somebody asks, so that the day's list has the screen. */
export function RefusalsPanel() {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const [limit, setLimit] = useState(few)
  const refusals = useCall(listBookingRefusals, { query: { limit } }, { enabled: open })
  const items = refusals.data?.items ?? []
  return (
    <details className="refusals" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('appointments.refusals.title')}</summary>
      <p className="secondary">{t('appointments.refusals.hint')}</p>
      {!refusals.data ? (
        open && <Unloaded query={refusals} />
      ) : items.length === 0 ? (
        <p>{t('appointments.refusals.none')}</p>
      ) : (
        <PlainTable
          label={t('appointments.refusals.title')}
          columns={(['at', 'kindLabel', 'scopeLabel', 'address', 'phone', 'n'] as const).map((one) =>
            t(`appointments.refusals.${one}`),
          )}
          rows={items.map((one) => [
            <TimeText key="at" at={one.at} show="moment" />,
            t(`appointments.refusals.kind.${one.kind}`),
            t(`appointments.refusals.scope.${one.scope}`),
            one.address,
            one.phone ?? '—',
            one.n,
          ])}
        />
      )}
      {refusals.data?.nextCursor && limit < many && (
        <Button onClick={() => setLimit(many)}>{t('appointments.refusals.more')}</Button>
      )}
    </details>
  )
}
