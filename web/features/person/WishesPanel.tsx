import { App, Button, QRCode } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PersonDetail } from '../../../contract/person.ts'
import { createWishesLink, getWishes, setWishedHours } from '../../../contract/preference.ts'
import type { AnswerOf } from '../../api.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall } from '../../query.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { PickField } from '../../ui/fields.ts'
import { useDo } from '../../ui/useDo.ts'

/** Hours that a person wishes and answers in, and the link by which they change their wishes themselves. */
export function WishesPanel({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const wishes = useCall(getWishes, { params: { id: person.id } })
  const [link, setLink] = useState<AnswerOf<typeof createWishesLink> | null>(null)
  const [editing, setEditing] = useState(false)
  const make = useDo(createWishesLink, { onDone: setLink })
  const hours = wishes.data?.hours
  return (
    <section className="panel" aria-label={t('wishes.panel')}>
      <div className="panel-head">
        <h2>{t('wishes.panel')}</h2>
        {person.abilities.write && (
          <button
            type="button"
            className="plain-button"
            disabled={make.isPending}
            onClick={() => make.mutate({ params: { id: person.id } })}
          >
            {t('wishes.showLink')}
          </button>
        )}
      </div>
      {wishes.isError || !wishes.data ? (
        <Unloaded query={wishes} height={40} />
      ) : (
        <ul className="row-list">
          <li>
            <div>
              <strong>{t('wishes.hours')}</strong>
              <p className="secondary small">
                {hours ? t('wishes.hoursAre', { from: hours.from, to: hours.to }) : t('wishes.hoursNone')}
                {wishes.data.bestHour && ` · ${t('wishes.best', wishes.data.bestHour)}`}
              </p>
            </div>
            {person.abilities.write && (
              <Button onClick={() => setEditing(true)}>{t('wishes.hoursSet')}</Button>
            )}
          </li>
        </ul>
      )}
      {link && <LinkDialog link={link} onClose={() => setLink(null)} />}
      {editing && wishes.data && (
        <HoursDialog person={person} hours={wishes.data.hours} onClose={() => setEditing(false)} />
      )}
    </section>
  )
}

function LinkDialog({ link, onClose }: { link: AnswerOf<typeof createWishesLink>; onClose: () => void }) {
  const { t } = useTranslation()
  const time = useTime()
  const { message } = App.useApp()
  return (
    <Dialog title={t('wishes.showLink')} onClose={onClose}>
      <div className="stack">
        <p>{t('wishes.linkHint', { until: time.day(link.expiresAt) })}</p>
        {/* Who cannot see it has the address below. */}
        <span aria-hidden="true">
          <QRCode value={link.url} type="svg" size={200} color="#000000" bgColor="#FFFFFF" />
        </span>
        <p className="mono small">{link.url}</p>
        <Button
          onClick={() =>
            void navigator.clipboard.writeText(link.url).then(() => void message.success(t('wishes.copied')))
          }
        >
          {t('wishes.copy')}
        </Button>
      </div>
    </Dialog>
  )
}

type Hours = { from: number; to: number }

function HoursDialog({
  person,
  hours,
  onClose,
}: {
  person: PersonDetail
  hours: Hours | null
  onClose: () => void
}) {
  const { t } = useTranslation()
  const [from, setFrom] = useState(hours ? String(hours.from) : '')
  const [to, setTo] = useState(hours ? String(hours.to) : '')
  const save = useDo(setWishedHours, { done: t('wishes.hoursSaved'), stale: [getWishes], onDone: onClose })
  const at = (n: number) => ({ value: String(n), text: `${String(n).padStart(2, '0')}:00` })
  const range = (low: number, high: number) => Array.from({ length: high - low + 1 }, (_, n) => at(low + n))
  return (
    <FormDialog
      title={t('wishes.hours')}
      saving={save.isPending}
      disabled={from !== '' && to === ''}
      onClose={onClose}
      onSave={() =>
        save.mutate({
          params: { id: person.id },
          body: { hours: from === '' ? null : { from: Number(from), to: Number(to) } },
        })
      }
    >
      <PickField
        label={t('wishes.hoursFrom')}
        value={from}
        none={t('wishes.hoursNone')}
        options={range(6, 22)}
        onChange={(next) => {
          setFrom(next)
          if (next === '') setTo('')
          else if (Number(to) <= Number(next)) setTo(String(Number(next) + 1))
        }}
      />
      {from !== '' && (
        <PickField
          label={t('wishes.hoursTo')}
          value={to}
          options={range(Number(from) + 1, 24)}
          onChange={setTo}
        />
      )}
    </FormDialog>
  )
}
