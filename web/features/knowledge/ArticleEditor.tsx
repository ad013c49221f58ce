import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  type Article,
  articleCategories,
  articleKind,
  createArticle,
  listArticles,
  listWriters,
  readArticle,
  updateArticle,
} from '../../../contract/knowledge.ts'
import { listSites } from '../../../contract/setting.ts'
import { call } from '../../api.ts'
import { isoDay } from '../../format/time.ts'
import { useCall } from '../../query.ts'
import { useMe } from '../../session.tsx'
import { AreaField, choices, DateField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'

/** Writes a draft; what is published stays in force until the draft is published. */
export function ArticleEditor({ article, onClose }: { article: Article | null; onClose: () => void }) {
  const { t } = useTranslation()
  const me = useMe()
  const places = useCall(listSites, { query: { within: 'knowledge.write' } })
  const writers = useCall(listWriters, {})
  const sites = places.data?.sites ?? []
  const everywhere =
    me.permissions['knowledge.write'] === 'all' || me.grants.some((one) => one.siteId === null)
  const [firstReview] = useState(() => isoDay(new Date(Date.now() + 183 * 86_400_000)))
  const [synonyms, setSynonyms] = useState(article?.synonyms.join('、') ?? '')
  const form = useContractForm(article ? updateArticle : createArticle, {
    latest: async () => (article ? await call(readArticle, { params: { id: article.id } }) : undefined),
    ...(article && { params: { id: article.id } }),
    values: article ?? {
      kind: 'answer',
      category: 'other',
      title: '',
      body: '',
      siteId: null,
      ownerId: me.id,
      reviewOn: firstReview,
    },
    toBody: (values) => ({
      ...values,
      siteId: values['siteId'] ?? (everywhere ? null : sites[0]?.id),
      synonyms: synonyms.split(/[\s,，、;；]+/).filter(Boolean),
    }),
    stale: [listArticles, readArticle],
    done: t('knowledge.saved'),
    onDone: onClose,
  })
  return (
    <FormDialog
      title={t(article ? 'knowledge.change' : 'knowledge.add')}
      size="large"
      okText={t('knowledge.saveDraft')}
      form={form}
      onClose={onClose}
    >
      <TextField label={t('knowledge.question')} autoFocus {...form.text('title')} />
      <AreaField
        label={t('knowledge.answer')}
        hint={t('knowledge.answerHint')}
        rows={8}
        {...form.text('body')}
      />
      <TextField
        label={t('knowledge.synonyms')}
        hint={t('knowledge.synonymsHint')}
        error={form.errors['synonyms']}
        value={synonyms}
        onChange={setSynonyms}
      />
      <div className="fields-auto">
        <PickField
          label={t('knowledge.kindLabel')}
          {...form.pick('kind')}
          options={articleKind.options.map((one) => ({ value: one, text: t(`knowledge.kind.${one}`) }))}
        />
        <PickField
          label={t('knowledge.category')}
          {...form.pick('category')}
          options={articleCategories.map((one) => ({ value: one, text: t(`knowledge.categories.${one}`) }))}
        />
        <PickField
          label={t('inbox.site')}
          {...form.pick('siteId')}
          {...(everywhere && { none: t('knowledge.everywhere') })}
          options={choices(sites)}
        />
        <PickField
          label={t('knowledge.owner')}
          {...form.pick('ownerId')}
          options={(writers.data?.items ?? []).map((one) => ({ value: one.id, text: one.name }))}
        />
        <DateField label={t('knowledge.review')} min={isoDay(new Date())} {...form.text('reviewOn')} />
      </div>
    </FormDialog>
  )
}
