-- +goose Up
-- Each filter of the activity log finds its entries, newest first, without
-- sorting: all of these end in the id.
CREATE INDEX activity_by_user   ON activity (user, id);
CREATE INDEX activity_by_target ON activity (target, id);
CREATE INDEX activity_by_action ON activity (action, id);
CREATE INDEX activity_by_result ON activity (result, id);
