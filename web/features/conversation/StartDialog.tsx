import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { notedChannel, startConversation } from '../../../contract/conversation.ts'
import { listSites } from '../../../contract/setting.ts'
import { PersonPick } from '../../app/PersonPick.tsx'
import { useCall } from '../../query.ts'
import { AreaField, choices, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { conversationRoutes } from './stale.ts'

/** What somebody said on the telephone or at the counter: it stands in the same thread as everything else of that person. */
export function StartDialog({ onOpen, onClose }: { onOpen: (id: number) => void; onClose: () => void }) {
  const { t } = useTranslation()
  const [person, setPerson] = useState<{ id: number; name: string } | null>(null)
  const places = useCall(listSites, { query: { within: 'conversation.write' } })
  const sites = places.data?.sites ?? []
  const form = useContractForm(startConversation, {
    values: { personId: null, channel: 'phone', text: '', name: '', phone: '' },
    toBody: (values) => ({ ...values, siteId: values['siteId'] ?? sites[0]?.id }),
    stale: conversationRoutes,
    done: t('inbox.started'),
    onDone: ({ id }) => {
      onClose()
      onOpen(id)
    },
  })
  return (
    <FormDialog title={t('inbox.start')} okText={t('common.save')} form={form} onClose={onClose}>
      <PersonPick
        label={t('inbox.person')}
        hint={t('inbox.personHint')}
        empty={t('inbox.personNone')}
        chosenId={person?.id ?? null}
        onChoose={({ id, name }) => {
          setPerson({ id, name })
          form.change({ personId: id })
        }}
      />
      {person === null && (
        <div className="fields-auto">
          <TextField label={t('inbox.statedName')} {...form.text('name')} />
          <TextField label={t('inbox.statedPhone')} {...form.text('phone')} />
        </div>
      )}
      <div className="fields-auto">
        {sites.length > 1 && (
          <PickField
            label={t('inbox.site')}
            {...form.pick('siteId')}
            value={String(Number(form.values['siteId']) || (sites[0]?.id ?? ''))}
            options={choices(sites)}
          />
        )}
        <PickField
          label={t('inbox.how')}
          {...form.pick('channel')}
          options={notedChannel.options.map((one) => ({ value: one, text: t(`inbox.channel.${one}`) }))}
        />
      </div>
      <AreaField label={t('inbox.whatSaid')} rows={4} {...form.text('text')} />
    </FormDialog>
  )
}
