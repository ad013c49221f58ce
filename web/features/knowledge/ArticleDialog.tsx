import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  confirmArticle,
  listArticles,
  publishArticle,
  rateArticle,
  readArticle,
  retireArticle,
  searchArticles,
} from '../../../contract/knowledge.ts'
import { isoDay } from '../../format/time.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall } from '../../query.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { useDo } from '../../ui/useDo.ts'
import { ArticleEditor } from './ArticleEditor.tsx'
import './knowledge.css'

const stale = [listArticles, readArticle, searchArticles] as const
const inHalfAYear = () => isoDay(new Date(Date.now() + 183 * 86_400_000))

/** One article with its versions, and what those who write can do with it. */
export function ArticleDialog({ id, onClose }: { id: number; onClose: () => void }) {
  const { t } = useTranslation()
  const time = useTime()
  const loaded = useCall(readArticle, { params: { id } }, { staleTime: 0 })
  const [editing, setEditing] = useState(false)
  const publish = useDo(publishArticle, { stale, done: t('knowledge.published') })
  const confirm = useDo(confirmArticle, { stale, done: t('knowledge.confirmed') })
  const retire = useDo(retireArticle, { stale, onDone: onClose })
  const rate = useDo(rateArticle, { stale, done: t('knowledge.rated') })
  const article = loaded.data
  const params = { id }
  if (!article)
    return (
      <Dialog title={t('knowledge.pageTitle')} size="large" onClose={onClose}>
        <Unloaded query={loaded} />
      </Dialog>
    )
  const unpublished = article.state === 'draft' || article.state === 'changed'
  return (
    <Dialog title={article.title} size="large" onClose={onClose}>
      <div className="stack">
        <p className="tag-line">
          <StatusTag tone={article.state === 'published' ? 'success' : 'neutral'}>
            {t(`knowledge.states.${article.state}`)}
          </StatusTag>
          {article.overdue && <StatusTag tone="warning">{t('knowledge.overdue')}</StatusTag>}
          <span className="secondary small">
            {t('knowledge.ownedBy', { name: article.ownerName ?? '—', day: time.day(article.reviewOn) })}
          </span>
        </p>
        <p className="pre-line">{article.body}</p>
        {article.synonyms.length > 0 && (
          <p className="secondary small">
            {t('knowledge.alsoCalled', { words: article.synonyms.join('、') })}
          </p>
        )}
        <div className="knowledge-acts">
          {article.mayChange && article.state !== 'retired' && (
            <>
              {unpublished && (
                <Button
                  type="primary"
                  loading={publish.isPending}
                  onClick={() => publish.mutate({ params, body: { version: article.version } })}
                >
                  {t('knowledge.publish')}
                </Button>
              )}
              <Button onClick={() => setEditing(true)}>{t('common.edit')}</Button>
              <Button
                loading={confirm.isPending}
                onClick={() => confirm.mutate({ params, body: { reviewOn: inHalfAYear() } })}
              >
                {t('knowledge.confirm')}
              </Button>
            </>
          )}
          {article.mayChange && (
            <Button
              loading={retire.isPending}
              onClick={() => retire.mutate({ params, body: { retired: article.state !== 'retired' } })}
            >
              {t(article.state === 'retired' ? 'knowledge.restore' : 'knowledge.retire')}
            </Button>
          )}
          {article.publishedVersion !== null && (
            <>
              <Button
                aria-pressed={article.vote === true}
                onClick={() => rate.mutate({ params, body: { useful: true } })}
              >
                {t('knowledge.usefulN', { n: article.useful })}
              </Button>
              <Button
                aria-pressed={article.vote === false}
                onClick={() => rate.mutate({ params, body: { useful: false } })}
              >
                {t('knowledge.uselessN', { n: article.useless })}
              </Button>
            </>
          )}
        </div>
        <h3>{t('knowledge.history')}</h3>
        {article.versions.map((one) => (
          <details key={one.version}>
            <summary>
              {t('knowledge.version', { n: one.version, name: one.byName, at: time.moment(one.at) })}
              {one.publishedAt && ` · ${t('knowledge.states.published')}`}
            </summary>
            <p>
              <b>{one.title}</b>
            </p>
            <p className="pre-line">{one.body}</p>
          </details>
        ))}
      </div>
      {editing && <ArticleEditor article={article} onClose={() => setEditing(false)} />}
    </Dialog>
  )
}
