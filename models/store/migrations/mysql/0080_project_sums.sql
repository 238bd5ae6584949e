-- +goose Up

-- The sums of a project as they were put on the board, each posting its edition. gone_at: other final accounts stand in their place.
-- seal is over every share of a division, hex.
CREATE TABLE fund_project_sums (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  project_id BIGINT NOT NULL,
  estate_id  BIGINT NOT NULL,
  stage      VARCHAR(16) NOT NULL,
  edition    BIGINT NOT NULL,
  code       VARCHAR(32) NOT NULL,
  amount     BIGINT NOT NULL,
  seal       VARCHAR(64) NOT NULL,
  frozen_at  DATETIME NOT NULL,
  gone_at    DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fund_project_sums_once ON fund_project_sums (project_id, stage, edition, code);

-- What stands on the board from before: the sums of the whole.
INSERT INTO fund_project_sums (project_id, estate_id, stage, edition, code, amount, seal, frozen_at)
SELECT p.id, p.estate_id, 'proposal', 0, 'budget', p.budget, '', n.published_at FROM fund_projects p JOIN notices n ON n.id = p.proposal_notice WHERE p.state <> 'draft';
INSERT INTO fund_project_sums (project_id, estate_id, stage, edition, code, amount, seal, frozen_at)
SELECT p.id, p.estate_id, 'final', 0, 'total', p.total, '', n.published_at FROM fund_projects p JOIN notices n ON n.id = p.final_notice WHERE p.state IN ('final', 'paid');
INSERT INTO fund_project_sums (project_id, estate_id, stage, edition, code, amount, seal, frozen_at)
SELECT p.id, p.estate_id, 'final', 0, 'contract', p.contracted, '', n.published_at FROM fund_projects p JOIN notices n ON n.id = p.final_notice WHERE p.state IN ('final', 'paid') AND p.contracted <> 0;
