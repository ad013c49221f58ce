import { useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { purposes } from '../../../contract/contact.ts'
import { createTemplate, listTemplates, type TemplateSummary } from '../../../contract/message-template.ts'
import { listSites } from '../../../contract/setting.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { type Column, column, ListPage } from '../../ui/ListPage.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TextFilter } from '../../ui/TextFilter.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { PickField, TextField } from '../../ui/fields.ts'
import { first, useFilters } from '../../ui/filters.ts'
import { useContractForm } from '../../ui/useContractForm.ts'

/** Texts of messages by purpose; those for all sites and those of the own. */
export default function TemplatesPage() {
  const { t } = useTranslation()
  const code = useCode()
  const me = useMe()
  const navigate = useNavigate()
  const [filters] = useFilters()
  const [adding, setAdding] = useState(false)
  const texts = useCall(listTemplates, {})
  const search = first(filters['search'])
  const purpose = first(filters['purpose'])
  const items = (texts.data?.items ?? []).filter(
    (one) =>
      (!search || one.name.includes(search) || one.code.includes(search)) &&
      (!purpose || one.purpose === purpose),
  )
  const columns: Column<TemplateSummary>[] = [
    column('name', t('templates.name'), (one) => (
      <>
        {one.name} {one.retired && <StatusTag tone="neutral">{t('templates.retired')}</StatusTag>}
        {one.draftAt && <StatusTag tone="warning">{t('templates.draft')}</StatusTag>}
      </>
    )),
    column('purpose', t('templates.purpose'), (one) => code('purpose', one.purpose)),
    column('channels', t('templates.channels'), (one) =>
      one.channels.map((channel) => code('channel', channel)).join('、'),
    ),
    column('languages', t('templates.languages'), { wideOnly: true }, (one) =>
      one.languages.map((language) => t(`templates.language.${language}`)).join('、'),
    ),
    column(
      'site',
      t('templates.site'),
      { wideOnly: true },
      (one) => one.siteName ?? t('templates.everywhere'),
    ),
    column('published', t('templates.published'), (one) =>
      one.version === null ? '—' : <TimeText at={one.publishedAt} />,
    ),
  ]
  return (
    <>
      <ListPage
        title={t('templates.title')}
        actions={
          may(me, 'template.write') && (
            <Button type="primary" onClick={() => setAdding(true)}>
              {t('templates.add')}
            </Button>
          )
        }
        filters={
          <>
            <TextFilter label={t('templates.search')} of="search" />
            <SelectFilter
              label={t('templates.purpose')}
              all={t('templates.allPurposes')}
              of="purpose"
              options={purposes.map((value) => ({ value, text: code('purpose', value) }))}
            />
          </>
        }
        source={{ ...texts, items }}
        columns={columns}
        rowKey={(one) => one.id}
        onOpen={(one) => void navigate({ to: '/templates/$id', params: { id: String(one.id) } })}
        empty={{ title: t('templates.empty'), hint: t('templates.emptyHint') }}
      />
      {adding && <NewTemplate onClose={() => setAdding(false)} />}
    </>
  )
}

function NewTemplate({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const code = useCode()
  const me = useMe()
  const navigate = useNavigate()
  const sites = useCall(listSites, {})
  const everywhere = me.permissions['template.write'] === 'all'
  const own = (id: number) => me.grants.some((grant) => grant.siteId === null || grant.siteId === id)
  // Most write for the one site that they work at.
  const [site, setSite] = useState(
    everywhere ? '' : String(me.grants.find((one) => one.siteId)?.siteId ?? ''),
  )
  const form = useContractForm(createTemplate, {
    values: { code: '', name: '', purpose: 'service' },
    toBody: (values) => ({ ...values, siteId: site ? Number(site) : null }),
    stale: [listTemplates],
    onDone: (made) => void navigate({ to: '/templates/$id', params: { id: String(made.id) } }),
  })
  return (
    <FormDialog title={t('templates.add')} form={form} onClose={onClose}>
      <TextField label={t('templates.name')} autoFocus {...form.text('name')} />
      <TextField label={t('templates.code')} hint={t('templates.codeHint')} {...form.text('code')} />
      <PickField
        label={t('templates.purpose')}
        hint={t('templates.purposeHint')}
        {...form.pick('purpose', (value) => code('purpose', value))}
      />
      <PickField
        label={t('templates.site')}
        {...(everywhere ? { none: t('templates.everywhere') } : { none: t('tasks.choose'), required: true })}
        options={(sites.data?.sites ?? [])
          .filter((one) => own(one.id))
          .map((one) => ({ value: String(one.id), text: one.name }))}
        value={site}
        onChange={setSite}
      />
    </FormDialog>
  )
}
